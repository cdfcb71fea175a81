"""Edits: what to change in a rule so that it takes an address which it does not take."""

from __future__ import annotations

import re
from typing import Final

from uns.finding import Malformed
from uns.naming.braces import escaped
from uns.naming.matcher import allows, level_matcher, match
from uns.naming.pattern import Capture, One, Pattern, PatternLevel, Rest, is_deep, written_levels
from uns.naming.rule import Rule, Where
from uns.naming.where import is_utf8

MAX_LENGTH: Final = 300
_PLAIN: Final = re.compile(r"[A-Za-z0-9/._][A-Za-z0-9/._{}+-]*")
_ONE_CLASS: Final = re.compile(r"\[[^\]\[\\^]+\]")
_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")


def edited(rule: Rule, topic: str, tag: str | None) -> str:
    """The keys of the rule as they would have to be, or the way to a rule of its own where an edit cannot do it."""
    new_topic = _pattern(rule.topic, topic, tag=False)
    new_tag = None if rule.tag is None or tag is None else _pattern(rule.tag, tag, tag=True)
    if rule.tag is not None and tag is None:
        return "give the source a `tag`, or add a rule without one"
    if new_topic is None or (rule.tag is not None and new_tag is None):
        return _own_rule(topic, tag)
    captures = match(new_topic, topic) or {}
    captures |= match(new_tag, tag) or {} if new_tag is not None and tag is not None else {}
    keys = [f"from: {yaml_text(new_topic.text)}"] if new_topic.text != rule.topic.text else []
    keys += [f"tag: {yaml_text(new_tag.text)}"] if new_tag and rule.tag and new_tag.text != rule.tag.text else []
    keys += _wheres(rule, new_topic, new_tag, captures)
    edit = ", ".join(keys)
    return f"to admit it: {edit}" if len(edit) <= MAX_LENGTH and is_utf8(edit) else _own_rule(topic, tag)


def yaml_text(text: str) -> str:
    """Text as a value of a mapping, quoted where YAML would read something else."""
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "''") + "'"


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


def _wheres(rule: Rule, topic: Pattern, tag: Pattern | None, captures: dict[str, str]) -> list[str]:
    changed = [_where(each, captures[each.capture]) for each in rule.where if not _allowed(each, captures)]
    return [f"where: {{{', '.join(changed)}}}"] if changed else []


def _allowed(where: Where, captures: dict[str, str]) -> bool:
    return where.capture not in captures or allows(where, captures[where.capture])


def _where(where: Where, value: str) -> str:
    if where.values is not None:
        return f"{where.capture}: [{', '.join(_quoted(each) for each in (*where.values, value))}]"
    pattern = where.pattern or ""
    if _ONE_CLASS.fullmatch(pattern) and len(value) == 1 and value.isalnum():
        return f"{where.capture}: {_quoted(f'{pattern[:-1]}{value}]')}"
    literal = _SPECIAL.sub(r"\\\1", value)
    return f"{where.capture}: {_quoted(f'{pattern}|{literal}')}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
