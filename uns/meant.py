"""The governed topic that was most likely meant, where no rule can give the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Final

from uns.bundle import Bundle
from uns.finding import nearest
from uns.naming.rule import RuleFile
from uns.naming.template import Slot, Template
from uns.origins import filled, origins, prefix_of, rows

MOST: Final = 20_000
"""Topics of the rules that the asked one is compared with."""
ALIKE: Final = 0.8
TRIED: Final = 5


def meant(bundle: Bundle, topic: str) -> str | None:
    """The nearest topic that some rule can give; levels that a rule leaves open are taken as they were asked for."""
    asked = topic.split("/")
    known = dict.fromkeys(islice(_topics(bundle, asked), MOST))
    near = get_close_matches(topic, known, n=TRIED, cutoff=ALIKE)
    return next((each for each in near if origins(bundle, each)), None)


def _topics(bundle: Bundle, asked: list[str]) -> Iterator[str]:
    site = "/".join(asked).removeprefix(f"{bundle.standard.root}/").partition("/")[0]
    for file in bundle.files:
        if site in bundle.standard.sites and site not in file.sites:
            continue
        before = prefix_of(file, bundle).split("/")
        for levels in _targets(file, asked[len(before) :], bundle):
            yield "/".join([*before, *levels])


def _targets(file: RuleFile, asked: list[str], bundle: Bundle) -> Iterator[list[str]]:
    for rule in file.rules:
        for template in () if rule.record or rule.ignore else rule.to:
            for captures, _ in rows(rule, {}, 0):
                levels = _levels(template, captures, asked, bundle)
                if levels is not None:
                    yield levels


def _levels(template: Template, captures: Mapping[str, str], asked: list[str], bundle: Bundle) -> list[str] | None:
    """The target's levels; an open one takes the asked level of its place, or the name that resembles it."""
    levels = []
    for at, level in enumerate(template.levels):
        texts = [part if isinstance(part, str) else _text(part, captures) for part in level]
        if None not in texts:
            levels.append("".join(text for text in texts if text is not None))
        elif len(asked) != len(template.levels):
            return None
        else:
            is_name = at == len(asked) - 1 and asked[at] not in bundle.standard.names
            levels.append((nearest(asked[at][:60], bundle.standard.names) if is_name else None) or asked[at])
    return levels


def _text(slot: Slot, captures: Mapping[str, str]) -> str | None:
    return filled(slot, captures[slot.name]) if slot.name in captures else None
