"""Decisions held to what a case expects: only the members that it names count."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.decode.times import Stamp, form
from uns.finding import nearest
from uns.instant import SECOND, Instant, rfc3339

_SHOWN: Final = 200
_TIMES: Final = ("timestamp", "start", "stop", "at")


def differences(expect: Sequence[Mapping[str, Any]], decisions: Sequence[Decision], root: str) -> Iterator[str]:
    """In words, what is otherwise than expected."""
    if len(expect) != len(decisions):
        got = "; ".join(outcome(each, root) for each in decisions[:5])
        yield f"expected {_counted(len(expect))}, got {_counted(len(decisions))}: {got}"
        return
    for number, (expected, decision) in enumerate(zip(expect, decisions, strict=True), 1):
        label = f"outcome {number}: " if len(decisions) > 1 else ""
        for difference in _compared(expected, decision, root):
            yield label + difference


def _counted(number: int) -> str:
    return f"{number} outcome" if number == 1 else f"{number} outcomes"


def outcome(decision: Decision, root: str) -> str:
    """A decision in a few words."""
    match decision:
        case Publish():
            return f"{decision.topic} {decision.payload[:120].decode('utf-8', 'replace')}"
        case Recorded():
            return f"record {decision.record.kind} on {root}/{decision.record.equipment}"
        case Reject():
            findings = ", ".join(f"{each.code} ({each.message})" for each in decision.findings)
            return f"reject {findings}"
        case Ignore():
            return f"ignore {decision.rule.id if decision.rule else decision.reason}"
        case Observe():
            return f"observe {outcome(decision.would, root)}"


def _compared(expected: Mapping[str, Any], decision: Decision, root: str) -> Iterator[str]:
    got = _members(decision, root)
    kinds = [kind for kind in ("reject", "ignore", "record", "topic") if kind in expected]
    kind = kinds[0] if kinds else "topic"
    if kind not in got:
        yield f"expected {kind} {expected.get(kind, '')}, got {outcome(decision, root)}"
        return
    for name, wanted in expected.items():
        if name in ("reject", "ignore"):
            if wanted not in got[name]:
                yield f"expected {name} {wanted}, got {outcome(decision, root)}"
        elif not _same(name, wanted, got.get(name)):
            yield f"{name}: expected {_shown(wanted)}, got {_shown(got[name]) if name in got else _instead(name, got)}"


def _instead(name: str, got: Mapping[str, Any]) -> str:
    likely = nearest(name[:60], got)
    return f"nothing; did you mean `{likely}`?" if likely else "nothing"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _members(decision: Decision, root: str) -> dict[str, Any]:
    """A decision as the members that `expect` can name."""
    match decision:
        case Publish():
            body = json.loads(decision.payload)
            own = body if isinstance(body, dict) else {"value": body}
            carried = {name: value for name, value in decision.properties if name not in own}
            return {**carried, **own, "topic": decision.topic, "tag": decision.sample.tag}
        case Recorded():
            record = decision.record
            where = {} if record.equipment is None else {"equipment": f"{root}/{record.equipment}"}
            fields = {name: rfc3339(value) if name in _TIMES else value for name, value in record.fields.items()}
            return {"record": record.kind, "at": rfc3339(record.at), **where, **fields, "tag": decision.sample.tag}
        case Reject():
            tag = decision.sample.tag if decision.sample else None
            return {"reject": [each.code for each in decision.findings], "tag": tag}
        case Ignore():
            names = [decision.reason, *([decision.rule.id, str(decision.rule)] if decision.rule else [])]
            return {"ignore": names, "tag": decision.sample.tag if decision.sample else None}
        case Observe():
            return _members(decision.would, root)


def _same(name: str, wanted: Any, got: Any) -> bool:
    """Numbers to 1e-9 (relative, below 1 absolute), times as instants, of objects only the members named."""
    if isinstance(wanted, Mapping):
        return isinstance(got, Mapping) and all(_same(key, value, got.get(key)) for key, value in wanted.items())
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float)):
        return wanted == got or _close(wanted, got)
    if isinstance(wanted, (list, tuple)):
        return isinstance(got, list) and len(wanted) == len(got) and all(map(_same, [name] * len(got), wanted, got))
    return bool(wanted == got) or (name in _TIMES and _instant(wanted) == _instant(got) is not None)


def _close(wanted: float, got: float) -> bool:
    try:
        return math.isclose(wanted, got, rel_tol=1e-9, abs_tol=1e-9)
    except OverflowError:  # an integer beyond any double
        return False


def _instant(value: Any) -> Instant | None:
    read = form("auto", "UTC")(value, 2_000_000_000 * SECOND)
    return read.instant if isinstance(read, Stamp) else read
