"""How the path is: whether it is ready and why not, its figures, and the status that it publishes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from time import monotonic, time_ns
from typing import Any, Final, Literal, NamedTuple

from uns import __version__
from uns.instant import legible
from uns.service.holding import OVERRUN
from uns.service.running import Running
from uns.service.tallies import BUCKETS
from uns.share import DIVIDE
from uns.telemetry import Figures

LEAST_FREE: Final = 512 * 1024 * 1024
MOST_STALE: Final = 50
MOST_WANTING: Final = 50
_COMING: Final = "new rules ({}) wait until what the broker holds of their equipment has been read"
_REFUSED: Final = "uns quarantine list --code publish-refused"
ALONE: Final = "give each its own `instance`, or see with `uns acl` who may write there"


class Readiness(NamedTuple):
    status: Literal["ready", "degraded", "hold"]
    reasons: tuple[str, ...]


def readiness(running: Running) -> Readiness:
    """Hold: nothing is decided now. Degraded: something is not as it should be."""
    path = running.path
    holds = list(path.holding.reasons.values())
    if not running.session.connected:
        holds.append(running.no_link or running.session.why)
    elif not running.listening.answered:
        holds.append("the broker has not answered yet to what we subscribe to")
    if running.journal.failing and "journal" not in path.holding.reasons:
        holds.append(running.journal.failing)
    if running.hearing.away and "timeline" in path.holding.reasons:
        holds.append(running.hearing.away)
    coming = [_COMING.format(running.coming)] if running.coming and "reload" not in path.holding.reasons else []
    if holds:
        return Readiness("hold", (*holds, *coming))
    lacking = [*coming, *_lacking(running)]
    return Readiness("degraded" if lacking else "ready", tuple(lacking))


def _lacking(running: Running) -> Iterator[str]:
    path = running.path
    if away := running.hearing.away or running.mover.away:
        yield away
    if path.timeline is not None and path.timeline.stale:
        yield "the registry has not been heard for too long: batch and product are left out"
    if errors := len(running.rules.errors):
        yield f"the newest rules have {errors} {'error' if errors == 1 else 'errors'} and are not in force: uns check"
    if running.beside is not None and running.beside.lacking:
        yield running.beside.lacking
    for name, stems in running.neighbours.shared().items():
        yield f"{name} serves {', '.join(stems)} too, so their readings are published twice: {DIVIDE}"
    if running.own.contested:
        yield f"somebody else says on {running.own.topics.status} that it is this instance: {ALONE}"
    for pattern, reason in running.listening.refused:
        yield f"the broker refused the subscription to {pattern}: {reason}"
    if running.own.unheard:
        yield f"the broker refused what we say about ourselves on {running.own.unheard}: uns acl"
    if running.own.lagging:
        yield "messages come late: readings without a time of their own get no batch, shift or product"
    if path.holding.overrun:
        yield OVERRUN
    if running.lookout.gaps.more:
        newest = path.tallies.gaps[-1]
        yield f"the broker may have lost messages within the last hour, lately at {newest['at']}: {newest['reason']}"
    if only := running.lookout.overflow.more + running.lookout.journal_overflow.more:
        yield f"{only} rejections of the last hour are only counted: uns quarantine causes"
    if refused := running.lookout.refused.more:
        yield f"the broker refused {refused} of our messages within the last hour: {_REFUSED}"
    if stuck := running.mover.stuck:
        staying = f"{stuck} {'entry stays' if stuck == 1 else 'entries stay'}"
        yield f"{staying} in the journal: a fault of this program, please report it"
    if running.lookout.out_of_balance:
        yield "the counters do not balance: a fault of this program, please report it"
    if is_nearly_full(running.settings.state):
        yield f"the disk of {running.settings.state} is nearly full"


def is_nearly_full(folder: Path) -> bool:
    """No where it is gone: that is told otherwise."""
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False


def figures(running: Running) -> Figures:
    path, ledger, tallies = running.path, running.path.ledger, running.path.tallies
    totals = list(accumulate(tallies.latencies))
    bounds = [*map(str, BUCKETS), "+Inf"]
    return Figures(
        received=ledger.received,
        acknowledged=ledger.acknowledged,
        qos0=ledger.served_qos0,
        cut_off=ledger.cut_off,
        messages_in_flight=ledger.messages_in_flight,
        decisions_in_flight=ledger.decisions_in_flight,
        outcomes=ledger.outcomes,
        findings=tallies.findings,
        latency=(tuple(zip(bounds, totals, strict=True)), tallies.latency_sum),
        bundle=path.bundle.revision,
        bundle_age=monotonic() - running.bundle_since,
        timeline_age=monotonic() - running.hearing.at,
        connected=running.session.connected,
        possible_gaps=tallies.possible_gaps.total(),
        quarantine_entries=running.hearing.kept,
        quarantine_overflow=running.hearing.counted_only + running.journal.counted_only,
        stale=running.silence.topics,
        overruled=tallies.overruled,
        held=len(path.holding.messages),
        served_twice=sum(map(len, running.neighbours.shared().values())),
    )


def status(running: Running) -> dict[str, Any]:
    """What is published about us; the same figures as the metrics."""
    now, ready = figures(running), readiness(running)
    return {
        "instance": running.settings.instance,
        "state": "running",
        "version": __version__,
        "at": legible(time_ns()),
        "ready": ready.status,
        "reasons": list(ready.reasons),
        "messages": _messages(now),
        "decisions": {"made": running.path.ledger.made, **now.outcomes, "in_flight": now.decisions_in_flight},
        "findings": dict(now.findings),
        "overruled": now.overruled,
        "wanting": [
            {"equipment": equipment, "code": code, "readings": count}
            for (equipment, code), count in running.path.tallies.wanting.most_common(MOST_WANTING)
        ],
        "ignored": dict(running.path.tallies.ignored.most_common(100)),
        "observed": list(running.path.tallies.observed),
        "possible_gaps": now.possible_gaps,
        "gaps": list(running.path.tallies.gaps),
        "bundle": {"revision": now.bundle, "age": round(now.bundle_age, 1), "coming": running.coming or None},
        "context": {
            "revision": running.path.timeline.revision if running.path.timeline is not None else None,
            "age": round(now.timeline_age, 1),
        },
        "quarantine": {
            "kept": now.quarantine_entries,
            "counted_only": now.quarantine_overflow,
            "forgotten": running.hearing.forgotten,
        },
        "replay": {"replayed": running.replaying.replayed, "refused": running.replaying.refused},
        "stale_signals": len(now.stale),
        "stale": now.stale[:MOST_STALE],
        "topics": len(running.path.publisher.topics),
        "files": [file.stem for file in running.path.bundle.files],
        "served_twice": [each.as_json() for each in running.neighbours.findings()],
        "elsewhere": [file.stem for file in running.path.bundle.elsewhere],
    }


def _messages(now: Figures) -> Mapping[str, int]:
    return {
        "received": now.received,
        "acknowledged": now.acknowledged,
        "qos0": now.qos0,
        "cut_off": now.cut_off,
        "in_flight": now.messages_in_flight,
        "held": now.held,
    }
