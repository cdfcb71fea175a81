"""Standard output that outlives its reader: what nobody reads any more goes nowhere, and the verb ends as it would."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Final

from uns.cli.app import UNREACHABLE, fail

IN_ASCII: Final = {"→": "->", "·": "-", "–": "-", "…": "...", "✓": "+", "✗": "x", "≠": "!=", "°": "deg "}
"""How our own signs are written where the terminal's character set lacks them."""


class Lasting(io.TextIOWrapper):
    """Writes on into nothing once its pipe is closed: `uns check | head -1` ends with the status of the judgement."""

    is_abandoned = False

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._go_on_without(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._go_on_without(error)
            super().flush()

    def _go_on_without(self, error: OSError) -> None:
        """A full disk, other than a closed pipe, ends the verb."""
        self.is_abandoned = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if not isinstance(error, BrokenPipeError):
            fail(UNREACHABLE, f"standard output cannot be written: {error.strerror}", "make room, or print elsewhere")


def outlast_readers() -> None:
    """Let everything that is printed from now on go through such an output."""
    if sys.stdout is None:  # closed before we began
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as we run
    if isinstance(sys.stdout, io.TextIOWrapper):
        old = sys.stdout
        encoding, line_buffering = old.encoding, old.line_buffering
        codecs.register_error("uns", _spelt)
        errors = old.errors if codecs.lookup(encoding).name == "utf-8" and old.errors != "strict" else "uns"
        sys.stdout = Lasting(old.detach(), encoding, errors, line_buffering=line_buffering)


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """What cannot be printed as it stands; nothing of it is lost."""
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return "".join(IN_ASCII.get(each) or ascii(each)[1:-1] for each in missing), error.end


def is_abandoned() -> bool:
    """Whether something was printed that nobody could read."""
    return getattr(sys.stdout, "is_abandoned", False)
