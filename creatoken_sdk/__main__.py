"""`python -m creatoken_sdk`: the same as the command `creatoken`."""

from creatoken_sdk.cli import main

if __name__ == "__main__":
    main()
