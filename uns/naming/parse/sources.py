"""`sources`: what a rule file listens to, its presets spread out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, cast

from uns.decode.pointer import Pointer
from uns.decode.presets import DIALECTS, LATER, PRESETS
from uns.decode.source import ClockLimits, Source, TagPart
from uns.finding import FilePlace, Malformed
from uns.naming.node import Items, Leaf, Members, Node
from uns.naming.parse.form import Form
from uns.naming.parse.pointers import is_pointer, read_pointer, read_pointers, read_template
from uns.naming.parse.quality import read_quality
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import duration
from uns.naming.parse.scope import Scope
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.parse.times import read_time
from uns.topic import TopicFilter

KEYS: Final = (
    "topic", "read", "each", "tag", "value", "time", "quality", "unit", "clock", "decimal", "schema",
    "retained", "empty",
)  # fmt: skip
PRESET_KEYS: Final = tuple(key for key in KEYS if key != "topic")
_DRAWING: Final = ("each", "tag", "value", "time", "quality", "unit", "decimal", "schema", "empty")
_UNUSED: Final[Mapping[str, tuple[str, ...]]] = {
    "ignore": (*_DRAWING, "clock", "retained"),
    "text": ("each", "tag", "value", "quality", "unit"),
    "neuron": ("each", "tag", "value", "quality", "unit"),
}
"""Keys that a dialect has no use for."""
MAX_FILTERS: Final = 10_000


def read_sources(form: Form, zones: tuple[str, ...], scope: Scope) -> tuple[tuple[Source, ...], bool]:
    """Those whose topics can be read, and whether these are all; what else is wrong leaves a source its defaults."""
    sources = [_read_source(node, zones, scope) for node in form.items("sources")]
    every = isinstance(form.members.get("sources"), Items) and all(map(_is_whole, sources))
    return tuple(source for source in sources if source is not None), every


def _is_whole(source: Source | None) -> bool:
    """Whether each of its filters could be read."""
    if source is None:
        return False
    return len(source.topics) >= sum(key.startswith("topic/") for key in source.places)


def _read_source(node: Node, zones: tuple[str, ...], scope: Scope) -> Source | None:
    report, before = scope.report, scope.report.errors
    if isinstance(node, Leaf):
        node = Members(node.place, ((Leaf(node.place, "topic", True), node),))
    own = Form(node, "the source", KEYS, report, required=("topic",))
    if not own.sound:
        return None
    read, preset = _dialect(own, scope)
    written = tuple(key.text for key, _ in own.members)
    form = Form(_merged(own.members, preset), "the source", (*KEYS, *written), report) if preset else own
    for key in _UNUSED.get(read, ()):
        if own.has(key):
            report.add("key-conflict", f"`read: {read}` has no use for `{key}`", "remove it", own.key_place(key))
    topics = _topics(own, report)
    if not topics:
        return None
    each = _each(form, report)
    source = Source(
        topics=topics,
        place=node.place,
        read=read,
        each=each,
        tag=_tag(form, each, report),
        value=read_pointer(form.leaf("value"), report, each),
        time=read_time(form, each, zones, _may_be_local(own)),
        quality=read_quality(form, each, report),
        unit=read_pointer(form.leaf("unit"), report, each),
        clock=read_clock(form, scope.standard.clock if scope.standard else ClockLimits(), report),
        zone=zones[0] if len(set(zones)) == 1 else "UTC",
        decimal=cast(Literal[".", ","], form.choice("decimal", (".", ","), ".")),
        schema=form.text("schema"),
        retained=cast(Literal["timed", "use", "ignore"], form.choice("retained", ("timed", "use", "ignore"), "timed")),
        empty=cast(Literal["reject", "ignore"], form.choice("empty", ("reject", "ignore"), "reject")),
        places=form.places(),
    )
    return source if report.errors == before else replace(source, sound=False)


def _topics(form: Form, report: Report) -> tuple[TopicFilter, ...]:
    filters: list[TopicFilter] = []
    for leaf in form.leaves("topic", MAX_FILTERS):
        try:
            filters.append(TopicFilter(leaf.text))
        except Malformed as error:
            report.malformed(error, leaf.place)
    return tuple(filters)


def _dialect(form: Form, scope: Scope) -> tuple[str, Members | None]:
    """The dialect that decodes, and the preset that `read` names, as nodes that stand where `read` does."""
    leaf = form.leaf("read")
    if leaf is None:
        return "json", None
    own: Mapping[str, Any] = scope.standard.reads if scope.standard else {}
    if leaf.text in own:
        preset: Members = own[leaf.text]
        base = preset.get("read")
        if not isinstance(base, Leaf) or base.text in DIALECTS:
            return (base.text if isinstance(base, Leaf) else "json"), preset
        return "json", _merged(preset, members_of(PRESETS[base.text], leaf.place)) if base.text in PRESETS else preset
    if leaf.text in PRESETS:
        return "json", members_of(PRESETS[leaf.text], leaf.place)
    if leaf.text in DIALECTS:
        return leaf.text, None
    check_read(leaf, tuple(own), scope.report)
    return "json", None


def check_read(leaf: Leaf, own: tuple[str, ...], report: Report) -> None:
    known = (*sorted(DIALECTS), *PRESETS, *own)
    if leaf.text in LATER:
        report.add("read-unknown", f"the dialect `{leaf.text}` is not supported yet", "read it as `json`", leaf.place)
    elif leaf.text not in known:
        remedy = did_you_mean(leaf.text[:60], known)
        report.add("read-unknown", f"no dialect `{leaf.text[:60]}`", remedy, leaf.place)


def members_of(keys: Mapping[str, Any], place: FilePlace) -> Members:
    """Plain source keys as nodes."""
    return Members(place, tuple((Leaf(place, key, True), _node(value, place)) for key, value in keys.items()))


def _node(value: Any, place: FilePlace) -> Node:
    if isinstance(value, Mapping):
        return members_of(value, place)
    if isinstance(value, (list, tuple)):
        return Items(place, tuple(_node(each, place) for each in value))
    return Leaf(place, str(value), isinstance(value, (int, float)))


def _merged(own: Members, preset: Members) -> Members:
    """The keys written beside a preset go before the preset's own."""
    written = {key.text for key, _ in own}
    rest = ((key, value) for key, value in preset if key.text not in written and key.text != "read")
    return Members(own.place, (*own.entries, *rest))


def _may_be_local(form: Form) -> bool:
    """Whether text without offset can occur: not in the presets whose times are numbers or carry an offset."""
    read = form.members.get("read")
    return form.has("time") or not isinstance(read, Leaf) or read.text not in PRESETS or read.text == "tasmota"


def _each(form: Form, report: Report) -> tuple[Pointer, ...]:
    pointers = read_pointers(form.leaves("each"), report) if form.has("each") else ()
    for pointer, leaf in zip(pointers, form.leaves("each") if pointers else (), strict=False):
        twice = next((name for name in pointer.captures if pointer.captures.count(name) > 1), None)
        if twice is not None:
            message = f"`{{{twice}}}` is captured twice in `{pointer.text[:60]}`"
            report.add("capture-duplicate", message, "rename one of them", leaf.place)
    return pointers


def _tag(form: Form, each: tuple[Pointer, ...], report: Report) -> tuple[TagPart, ...] | None:
    if not form.has("tag"):
        return None
    parts: list[TagPart] = []
    for leaf in form.leaves("tag"):
        part = read_pointer(leaf, report, each) if is_pointer(leaf.text) else _tag_text(leaf, each, report)
        if part is not None:
            parts.append(part)
    return tuple(parts)


def _tag_text(leaf: Leaf, each: tuple[Pointer, ...], report: Report) -> str | None:
    """Text of a tag; its captures are those of `each`."""
    template = read_template(leaf, report)
    if template is None:
        return None
    caught = sorted({name for pointer in each for name in pointer.captures})
    for slot in template.slots:
        if slot.name not in caught:
            remedy = did_you_mean(slot.name, caught, "capture it in `each`, such as `/{name}`")
            report.add("capture-undefined", f"`{{{slot.name}}}` is not captured by `each`", remedy, leaf.place)
            return None
    return leaf.text


def read_clock(form: Form, default: ClockLimits, report: Report) -> ClockLimits:
    node = form.node("clock")
    if node is None:
        return default
    limits = Form(node, "`clock`", ("ahead", "behind"), report)
    ahead = duration(limits.leaf("ahead"), "ahead", report)
    behind = duration(limits.leaf("behind"), "behind", report)
    return ClockLimits(default.ahead if ahead is None else ahead, default.behind if behind is None else behind)
