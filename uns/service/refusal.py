"""From a decision against a sample to what quarantine keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from uns.address import Route, Step
from uns.bundle import Bundle
from uns.decision import Publish, Recorded, Reject
from uns.decode import BY_RECEIPT
from uns.finding import SamplePlace, found
from uns.journal.values import Announcement, Refusal
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.service.underway import Under, Written

LONGEST_SAID: Final = 200

_REPORT: Final = "it is kept in quarantine: report it with the message, which `uns quarantine show` prints"
_REMEDIES: Final = {
    "publish-refused": "let this service write the topic in the broker's ACL",
    "publish-too-large": "raise the broker's max_packet_size, or publish less",
    "topic-illegal": "map it with a lookup",
}


def refusal(
    raw: RawMessage, rejects: Sequence[Reject], under: Under, failed: Callable[[RawMessage, Exception], Reject]
) -> tuple[Refusal, Sequence[Reject]]:  # fmt: skip
    """What the journal keeps, and of what; in place of what this program fails at, that it failed."""
    try:
        return _refusal(raw, rejects, under, under[0].route(raw.topic)), rejects
    except Exception as fault:  # noqa: BLE001 - whatever it is, it would come again with the message, for ever
        rejects = [failed(raw, fault)] * len(rejects)
        return _refusal(raw, rejects, under), rejects


def spoilt(written: Written, fault: Exception) -> tuple[Refusal, Written]:
    """In place of an item that the journal fails at: its raw message, and that this program failed."""
    rejects = [service_fault(written.raw, fault)] * written.decisions
    return _refusal(written.raw, rejects, written.under), written._replace(outcome="quarantined")


def announcement(raw: RawMessage, recorded: Recorded, under: Under) -> Announcement:
    """What the journal keeps of a record; the registry may find later that somebody else's word stands against it."""
    reject = Reject(recorded.sample, recorded.rule, recorded.findings, recorded.target)
    kept = _rejection(reject, raw, under, under[0].route(raw.topic))._replace(repeated=False)
    return Announcement(raw, recorded.record, recorded.target.parallel, kept)


def _refusal(raw: RawMessage, rejects: Sequence[Reject], under: Under, route: Route | None = None) -> Refusal:
    """The journal gives the keys."""
    return Refusal(raw, tuple(_rejection(each, raw, under, route) for each in rejects))


def _rejection(reject: Reject, raw: RawMessage, under: Under, route: Route | None) -> Rejection:
    bundle, timeline = under
    sample = reject.sample if reject.sample is not None and not reject.sample.undecoded else None
    timed = sample is not None and sample.clock not in BY_RECEIPT
    return Rejection(
        "", "", raw, sample.tag if sample is not None else None, str(reject.rule) if reject.rule else None,
        reject.findings, bundle.revision, timeline.revision, site_of(reject, route), raw.redelivered and timed,
        sample.pointer if sample is not None else None, _elsewhere(reject, bundle, route),
    )  # fmt: skip


def _elsewhere(reject: Reject, bundle: Bundle, route: Route | None) -> tuple[str, ...]:
    """Where the sample's other targets are; none where it was rejected before it had any."""
    if reject.sample is None or reject.rule is None or route is None:
        return ()
    plan = bundle.plan(bundle.address(reject.sample.topic), reject.sample)
    if len(plan.steps) < 2 or plan.findings:
        return ()
    own = reject.target.topic if reject.target is not None else None
    topics = (step.target.topic for step in plan.steps if isinstance(step, Step))
    return tuple(str(each) for each in topics if each is not None and each != own)


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
        _REPORT,
        SamplePlace(raw.topic),
    )
    return Reject(None, None, (finding,))
