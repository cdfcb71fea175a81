"""One line of an explanation."""

from __future__ import annotations

from typing import Any, NamedTuple

from uns.finding import FilePlace


class Line(NamedTuple):
    """One line of an explanation: the step, where it stands, what it is, and what it did."""

    step: str
    subject: str = ""
    detail: str = ""
    place: FilePlace | None = None

    def as_json(self) -> dict[str, Any]:
        where = self.place.as_json() if self.place else None
        return {"step": self.step, "subject": self.subject, "detail": self.detail, "where": where}
