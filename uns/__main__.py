"""The command `uns`, and `python -m uns`."""

from __future__ import annotations


def main() -> None:
    """Load the command line and run it; Ctrl-C while it loads is as quiet as Ctrl-C later."""
    try:
        from uns.cli import main
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    main()


if __name__ == "__main__":
    main()
