PYTHON ?= python3
demo test check compile artifacts deep lock setup:
	@$(PYTHON) dev.py $@
.PHONY: demo test check compile artifacts deep lock setup
