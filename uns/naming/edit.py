"""Edits: what to change in a rule so that it takes an address which it does not take."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from uns.finding import Malformed
from uns.naming.braces import escaped
from uns.naming.matcher import allows, level_matcher, match
from uns.naming.pattern import Capture, One, Pattern, PatternLevel, Rest, is_deep, written_levels
from uns.naming.rule import Rule, Where
from uns.naming.where import is_utf8

MAX_LENGTH: Final = 300
_PLAIN: Final = re.compile(r"[A-Za-z0-9/._][A-Za-z0-9/._{}+#-]*")
_ONE_CLASS: Final = re.compile(r"\[[^\]\[\\^]+\]")
_BACKSLASHED: Final = r"\\\1"
_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")


def edited(rule: Rule, topic: str, tag: str | None) -> str:
    """The keys of the rule as they would have to be, or the way to a rule of its own where an edit cannot do it."""
    if rule.tag is not None and tag is None:
        return "give the source a `tag`, or add a rule without one"
    changed = admitting(rule, topic, tag)
    edit = None if changed is None else _difference(rule, changed)
    if edit is None or len(edit) > MAX_LENGTH or not is_utf8(edit):
        return _own_rule(topic, tag)
    return f"to admit it: {edit}"


def admitting(rule: Rule, topic: str, tag: str | None) -> Rule | None:
    """The rule with as little changed as lets it take the address, or None where that would cost a capture."""
    new_topic = _pattern(rule.topic, topic, tag=False)
    new_tag = None if rule.tag is None or tag is None else _pattern(rule.tag, tag, tag=True)
    if new_topic is None or (rule.tag is not None and new_tag is None):
        return None
    captures = match(new_topic, topic) or {}
    if new_tag is not None and tag is not None:
        captures |= match(new_tag, tag) or {}
    wheres = tuple(_where(each, captures.get(each.capture)) for each in rule.where)
    return replace(rule, topic=new_topic, tag=new_tag, where=wheres)


def _difference(rule: Rule, changed: Rule) -> str:
    keys = [f"from: {yaml_text(changed.topic.text)}"] if changed.topic != rule.topic else []
    keys += [f"tag: {yaml_text(changed.tag.text)}"] if changed.tag and changed.tag != rule.tag else []
    wheres = [_written(new) for old, new in zip(rule.where, changed.where, strict=True) if new != old]
    return ", ".join([*keys, *([f"where: {{{', '.join(wheres)}}}"] if wheres else [])])


def yaml_text(text: str) -> str:
    """Text as a value of a mapping, quoted where YAML would read something else."""
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _own_rule(topic: str, tag: str | None) -> str:
    keys = f"from: {yaml_text(escaped(topic))}" + ("" if tag is None else f", tag: {yaml_text(escaped(tag))}")
    return f"add a rule with {keys}" if len(keys) <= MAX_LENGTH and is_utf8(keys) else "add a rule"


def _pattern(pattern: Pattern, text: str, tag: bool) -> Pattern | None:
    """The pattern with every level that stops changed, or None where that would cost a capture."""
    if match(pattern, text) is not None:
        return pattern
    sources, levels, last = written_levels(pattern), text.split("/"), pattern.levels[-1]
    if len(sources) > len(levels) and any(_captures(level) for level in pattern.levels[len(levels) :]):
        return None
    if is_deep(last):
        levels = [*levels[: len(sources) - 1], "/".join(levels[len(sources) - 1 :])]
    written: list[str] = []
    for source, level, got in zip(sources, pattern.levels, levels, strict=False):
        new = source if _takes(level, got) else _level(level, got)
        if new is None:
            return None
        written.append(new)
    if isinstance(last, Rest):
        written = [*written[: len(sources) - 1], "#"]
    else:
        written += [escaped(got) for got in levels[len(sources) :]]
    try:
        new_pattern = Pattern.parse("/".join(written), tag=tag)
    except Malformed:
        return None
    return new_pattern if match(new_pattern, text) is not None else None


def _takes(level: PatternLevel, got: str) -> bool:
    return isinstance(level, Rest) or level_matcher(level, {}).match(got) is not None


def _level(level: PatternLevel, got: str) -> str | None:
    captures = _captures(level)
    if not captures:
        return escaped(got)
    if len(captures) > 1 or not got:
        return None
    return f"{{{captures[0].name}{'#' if captures[0].deep else ''}}}"


def _captures(level: PatternLevel) -> list[Capture]:
    return [] if isinstance(level, (One, Rest)) else [part for part in level if isinstance(part, Capture)]


def _where(where: Where, value: str | None) -> Where:
    """What the capture may be, and this too."""
    if value is None or allows(where, value):
        return where
    if where.values is not None:
        return replace(where, values=(*where.values, value))
    pattern = where.pattern or ""
    if _ONE_CLASS.fullmatch(pattern) and len(value) == 1 and value.isalnum():
        return replace(where, pattern=f"{pattern[:-1]}{value}]")
    return replace(where, pattern=f"{pattern}|{_SPECIAL.sub(_BACKSLASHED, value)}")


def _written(where: Where) -> str:
    if where.values is None:
        return f"{where.capture}: {_quoted(where.pattern or '')}"
    return f"{where.capture}: [{', '.join(map(_quoted, where.values))}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
