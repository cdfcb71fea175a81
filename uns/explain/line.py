"""What an explanation is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

from uns.finding import FilePlace


class Line(NamedTuple):
    """A step of the message, or more about the one above it, where the step is blank."""

    step: str
    subject: str = ""
    detail: str = ""
    place: FilePlace | None = None

    def as_json(self) -> dict[str, Any]:
        where = self.place.as_json() if self.place else None
        return {"step": self.step, "subject": self.subject, "detail": self.detail, "where": where}
