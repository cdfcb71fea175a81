"""`python -m uns`: the same as the command `uns`."""

from uns.cli import main

main()
