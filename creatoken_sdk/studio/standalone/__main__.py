"""Runs `verify.py` from inside the zip file: `python3 bundle.zip`."""

from verify import main

main()
