"""What quarantine keeps: rejected samples with their findings, and the raw message once beside them."""

from __future__ import annotations

from typing import NamedTuple

from uns.finding import Finding
from uns.message import RawMessage


class Rejection(NamedTuple):
    """One rejected sample (or a message that held none). `message` is the key of its raw message."""

    key: str
    """Unique for good: the instance, and a number that its journal gave. Keeping it twice keeps it once."""
    message: str
    raw: RawMessage
    tag: str | None
    rule: str | None
    """`<stem>/<id>` of the rule that took the sample."""
    findings: tuple[Finding, ...]
    bundle: str
    context: str
    """Registry revision of the timeline that the decision was made on."""
    site: str | None = None
    repeated: bool = False
    """The broker sent it before, and its own event time tells it from other readings: it may be kept already."""
    pointer: str | None = None
    """JSON pointer of the sample's value in the raw payload; None of a message as a whole."""
    elsewhere: tuple[str, ...] = ()
    """Governed topics of the sample's other targets: there it was published, or is a rejection of its own."""

    @property
    def cause(self) -> tuple[str, str, str, str]:
        """What bounds are counted by: rule, code, address."""
        return (self.rule or "", self.findings[0].code if self.findings else "", self.raw.topic, self.tag or "")
