"""What one check found, and the one thing to do."""

from __future__ import annotations

from typing import Literal, NamedTuple

Grade = Literal["well", "note", "error", "unreachable"]


class Checked(NamedTuple):
    about: str
    grade: Grade
    message: str
    remedy: str = ""
