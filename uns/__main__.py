"""`python -m uns` is `uns`."""

from uns.cli import main

if __name__ == "__main__":
    main()
