"""For the tests of your own pipelines: pytest fixtures (`plugin`), hypothesis `strategies`.

Both need `creatoken-sdk[testing]`. pytest finds the fixtures by itself.
"""
