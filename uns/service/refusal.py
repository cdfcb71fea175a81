"""From a decision against a sample to what quarantine keeps of it."""

from __future__ import annotations

from typing import Final

from uns.bundle import Route
from uns.decision import Publish, Reject
from uns.decode import BY_RECEIPT
from uns.finding import SamplePlace, found
from uns.message import RawMessage
from uns.quarantine import Rejection

LONGEST_SAID: Final = 200

_REMEDIES = {
    "publish-refused": "let this service write the topic in the broker's ACL",
    "publish-too-large": "raise the broker's max_packet_size, or publish less",
    "topic-illegal": "map it with a lookup",
}


def rejection(reject: Reject, raw: RawMessage, revisions: tuple[str, str], route: Route | None) -> Rejection:
    """`revisions` are the bundle's and the timeline's; the journal gives the keys."""
    sample = reject.sample
    timed = sample is not None and not sample.undecoded and sample.clock not in BY_RECEIPT
    return Rejection(
        "", "", raw, sample.tag if sample is not None else None, str(reject.rule) if reject.rule else None,
        reject.findings, *revisions, site_of(reject, route), raw.redelivered and timed,
    )  # fmt: skip


def site_of(reject: Reject, route: Route | None) -> str | None:
    """Of the target, else of a rule file that serves only one."""
    target = reject.target
    if target is not None and target.equipment is not None:
        return target.equipment.site
    return route.file.sites[0] if route is not None and len(route.file.sites) == 1 else None


def refused_by_broker(decision: Publish, code: str, reason: str) -> Reject:
    """A publish that the broker refused for good."""
    sample = decision.sample
    finding = found(
        code,
        f"{decision.topic} was not published: {reason}",
        _REMEDIES[code],
        SamplePlace(sample.topic, sample.tag, None, "governed"),
    )
    return Reject(sample, decision.rule, (finding,), decision.target)


def service_fault(raw: RawMessage, fault: Exception) -> Reject:
    """A message that this program itself failed at: it is kept, and the others go on."""
    said = " ".join(str(fault).split())[:LONGEST_SAID]
    finding = found(
        "service-fault",
        f"this program failed at the message: {type(fault).__name__}{': ' + said if said else ''}",
        "it is kept in quarantine: report it with the message, which `uns quarantine show` prints",
        SamplePlace(raw.topic),
    )
    return Reject(None, None, (finding,))
