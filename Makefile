PYTHON ?= python3
demo test check prove adapters compile artifacts mutants coverage deep lock setup:
	@$(PYTHON) dev.py $@
.PHONY: demo test check prove adapters compile artifacts mutants coverage deep lock setup
