"""How every verb and every process ends."""

from __future__ import annotations

from typing import Final

OK: Final = 0
NEGATIVE: Final = 1
"""Errors were found, or the answer is no."""
WRONG_USE: Final = 2
"""Also wrong settings."""
UNREACHABLE: Final = 3
"""Something needed is, or another process took over."""
