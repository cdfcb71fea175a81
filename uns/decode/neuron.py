"""Neuron's payloads: the values format (`values`, `errors`) and the tags format (`tags`), one reading per tag.

Its own `timestamp` is the event time unless the source says otherwise; an error makes a bad reading with its code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from uns.decode.each import MAX_READINGS
from uns.decode.pointer import Pointer, escaped
from uns.decode.quality import code_of
from uns.decode.sample import drawer
from uns.decode.source import Source, TimeSpec
from uns.message import Quality, RawMessage, Reading, Sample, Value

_OWN_TIME: Final = TimeSpec((Pointer.parse("/timestamp"),), or_received=False)
_TAG: Final = Pointer.parse("/values/{tag}")

Draw = Callable[[RawMessage, Value], "list[Sample] | None"]


def drawer_of_groups(source: Source) -> Draw:
    """Draws every tag of a group; None where there are more than are drawn."""
    if not source.time.at and "time" not in source.places:
        source = replace(source, time=_OWN_TIME)
    value = drawer(replace(source, each=(_TAG,), value=None, quality=None))
    listed = drawer(
        replace(source, tag=source.tag or (Pointer.parse("./name"),), value=Pointer.parse("./value"), quality=None)
    )

    def draw(raw: RawMessage, payload: Value) -> list[Sample] | None:
        values, errors = _member(payload, "values", {}), _member(payload, "errors", {})
        tags = _member(payload, "tags", [])
        if len(values) + len(errors) + len(tags) > MAX_READINGS:
            return None
        samples = [
            value(raw, Reading(payload, node, ("values", name), {"tag": name}), f"/values/{escaped(name)}")
            for name, node in values.items()
            if name not in errors
        ]
        for name, code in errors.items():
            reading = Reading(payload, code, ("errors", name), {"tag": name})
            samples.append(_failed(value(raw, reading, f"/errors/{escaped(name)}"), code))
        for index, node in enumerate(tags):
            reading = Reading(payload, node, ("tags", index), {"tag": str(_member(node, "name", ""))})
            sample, code = listed(raw, reading, f"/tags/{index}"), node.get("error") if type(node) is dict else None
            samples.append(_failed(sample, code) if code else sample)
        return samples

    return draw


def _member(node: Value, key: str, otherwise: Any) -> Any:
    """A member, or what stands for it where it is absent or of another type."""
    found = node.get(key, otherwise) if type(node) is dict else otherwise
    return found if type(found) is type(otherwise) else otherwise


def _failed(sample: Sample, code: Value) -> Sample:
    """The bad reading that an error code makes."""
    findings = tuple(finding for finding in sample.findings if finding.code != "value-missing")
    return replace(sample, value=None, quality=Quality.BAD, code=code_of(code), findings=findings)
