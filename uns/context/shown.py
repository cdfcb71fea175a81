"""A context and a correction as programs read them, the same on the command line and over REST."""

from __future__ import annotations

from typing import Any

from uns.context.corrections import Correction, Of
from uns.context.values import Context
from uns.instant import LATEST, SECOND, rfc3339


def members(context: Context, root: str) -> dict[str, Any]:
    """As payloads have them, and of batch and shift besides where they run, from when until when; null where there is
    none, and where a `stop` is not known."""
    shown: dict[str, Any] = {name: context.members.get(name) for name in ("batch", "shift", "product")}
    for name, each in (("batch", context.batch), ("shift", context.shift)):
        if each is not None:
            stop = None if each.stop is None or each.stop >= LATEST else rfc3339(each.stop)
            shown[name] = {
                **shown[name],
                "equipment": f"{root}/{each.equipment}",
                "start": rfc3339(each.start),
                "stop": stop,
            }
    return shown


def as_json(correction: Correction, root: str) -> dict[str, Any]:
    """Members as in a payload, null where there is none; `published` in seconds."""
    word, published = correction.word, correction.published
    return {
        "equipment": f"{root}/{correction.equipment}",
        "of": correction.of,
        "start": rfc3339(correction.start),
        "stop": None if correction.stop >= LATEST else rfc3339(correction.stop),
        "was": _side(correction.of, correction.was),
        "became": _side(correction.of, correction.became),
        "published": published.length / SECOND,
        "published_since": None if published.since is None else rfc3339(published.since),
        "recorded_in": str(word.revision),
        "recorded_at": rfc3339(word.at),
        "recorded_by": word.by,
        "why": word.why,
    }


def _side(of: Of, context: Context) -> dict[str, Any]:
    names = ("shift",) if of == "shift" else ("batch", "product")
    side: dict[str, Any] = {name: context.members.get(name) for name in names}
    return side if of == "shift" else side | {"ambiguous": list(context.ambiguous)}


def in_words(of: Of, context: Context) -> str:
    """For a line in a terminal."""
    if context.ambiguous:
        return f"{', '.join(context.ambiguous)} at once"
    side = _side(of, context)
    texts = [" ".join(map(str, side[name].values())) for name in ("batch", "shift", "product") if side.get(name)]
    return ", ".join(texts) or "none"
