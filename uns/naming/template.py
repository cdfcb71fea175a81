"""Templates of targets and field texts: text, captures and table columns, each with transforms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from uns.finding import Malformed, nearest
from uns.naming.braces import Braced, check_name, split_levels
from uns.naming.transform import TRANSFORMS


class Slot(NamedTuple):
    """`{line|int|pad2}`: a captured text and what becomes of it, from the left."""

    name: str
    transforms: tuple[str, ...] = ()


Part = str | Slot


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template; each level is its parts, literal text or slots."""

    text: str
    levels: tuple[tuple[Part, ...], ...]
    offsets: tuple[int, ...] = ()
    """Where each level begins in `text`, in characters from 0."""

    @classmethod
    def parse(cls, text: str) -> Template:
        """Any text with slots. Raises Malformed (`pattern-syntax`, `transform-unknown`)."""
        split, offsets = split_levels(text)
        levels = tuple(tuple(_slot(part) if isinstance(part, Braced) else part for part in level) for level in split)
        return cls(text, levels, offsets)

    @classmethod
    def parse_target(cls, text: str) -> Template:
        """A template of topic levels: none empty, none with `+` or `#`."""
        template = cls.parse(text)
        for level, offset in zip(template.levels, template.offsets, strict=True):
            if not level:
                raise Malformed("pattern-syntax", f"`{text[:60]}` has an empty level", "fill or drop it", offset)
            if any(isinstance(part, str) and ("+" in part or "#" in part) for part in level):
                message = f"a target names one topic, so `{text[:60]}` cannot hold `+` or `#`"
                raise Malformed("pattern-syntax", message, "capture what differs and write `{name}`", offset)
        return template

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(part for level in self.levels for part in level if isinstance(part, Slot))


def contract_level(template: Template) -> str | None:
    """The literal level that begins with `_`, where there is exactly one."""
    literal = [level[0] for level in template.levels if len(level) == 1 and isinstance(level[0], str)]
    contracts = [text for text in literal if text.startswith("_")]
    return contracts[0] if len(contracts) == 1 else None


def check_flat(template: Template, deep: Collection[str]) -> None:
    """Raises Malformed where a capture of several levels (`deep`) would not be made one level by `kebab`."""
    for level, offset in zip(template.levels, template.offsets, strict=True):
        for part in level:
            if isinstance(part, Slot) and part.name in deep and "kebab" not in part.transforms:
                message = f"`{{{part.name}}}` may hold several levels"
                raise Malformed("key-value", message, f"write `{{{part.name}|kebab}}` to make one level of it", offset)


def render(template: Template, captures: Mapping[str, str]) -> str | Malformed:
    """The template's text with each slot filled in, `/` and all; what cannot be filled in is told as a value."""
    levels: list[str] = []
    for level in template.levels:
        text = filled_level(level, captures)
        if isinstance(text, Malformed):
            return text
        levels.append(text)
    return "/".join(levels)


def render_levels(template: Template, captures: Mapping[str, str]) -> tuple[str, ...] | Malformed:
    """The template as topic levels: each one level still, and not empty."""
    levels: list[str] = []
    for level in template.levels:
        text = filled_level(level, captures)
        if isinstance(text, Malformed):
            return text
        if not text or "/" in text:
            return _not_one_level(level, captures, text)
        levels.append(text)
    return tuple(levels)


def filled(slot: Slot, captures: Mapping[str, str]) -> str | Malformed:
    """What one slot becomes."""
    text = captures.get(slot.name)
    if text is None:
        return Malformed("capture-undefined", f"`{{{slot.name}}}` comes from nowhere", "capture it or look it up")
    for transform in slot.transforms:
        outcome = TRANSFORMS[transform](text)
        if isinstance(outcome, Malformed):
            return outcome
        text = outcome
    return text


def written(level: tuple[Part, ...]) -> str:
    """A level as a rule file writes it."""
    return "".join(
        part if isinstance(part, str) else "{" + "|".join((part.name, *part.transforms)) + "}" for part in level
    )


def kebabed(level: tuple[Part, ...]) -> tuple[Part, ...]:
    """The level with `kebab` behind every slot that has none."""
    return tuple(
        part if isinstance(part, str) or "kebab" in part.transforms else Slot(part.name, (*part.transforms, "kebab"))
        for part in level
    )


def filled_level(level: tuple[Part, ...], captures: Mapping[str, str]) -> str | Malformed:
    """The level's text with each slot filled in."""
    texts: list[str] = []
    for part in level:
        text = part if isinstance(part, str) else filled(part, captures)
        if isinstance(text, Malformed):
            return text
        texts.append(text)
    return "".join(texts)


def _not_one_level(level: tuple[Part, ...], captures: Mapping[str, str], text: str) -> Malformed:
    slots = [part for part in level if isinstance(part, Slot)]
    values = ", ".join(f"{slot.name} = `{captures.get(slot.name, '')[:60]}`" for slot in slots)
    if not text:
        return Malformed(
            "level-empty", f"level `{written(level)}` is empty with {values}", "translate it with a lookup"
        )
    message = f"level `{written(level)}` would be several levels, `{text[:60]}`, with {values}"
    return Malformed("topic-illegal", message, "write it with `kebab`, or translate it with a lookup")


def _slot(braced: Braced) -> Slot:
    name, *transforms = (part.strip() for part in braced.inside.split("|"))
    check_name(name, braced.offset)
    for transform in transforms:
        if transform not in TRANSFORMS:
            likely = nearest(transform, TRANSFORMS)
            remedy = f"did you mean `{likely}`?" if likely else f"known are {', '.join(TRANSFORMS)}"
            offset = braced.offset + 1 + braced.inside.index(transform, len(name)) if transform else braced.offset
            raise Malformed("transform-unknown", f"no transform `{transform[:40]}`", remedy, offset)
    return Slot(name, tuple(transforms))
