PYTHON ?= python3
demo campaign test check prove adapters compile artifacts mutants coverage deep lock setup:
	@$(PYTHON) dev.py $@
.PHONY: demo campaign test check prove adapters compile artifacts mutants coverage deep lock setup
