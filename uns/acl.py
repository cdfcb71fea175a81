"""Who may say and hear what at the broker: the access list that follows from the standard and the rule files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, Literal, NamedTuple

from uns.bundle import Bundle
from uns.decode.source import Source
from uns.naming.rule import RuleFile

HEADER: Final = """\
# Who may publish and hear what, for Mosquitto's `acl_file`. Made by `uns acl` from the rules {revision}.
# Not to be edited: make it again when a rule file listens to something new. Whoever is not listed may do nothing.
"""


class Grant(NamedTuple):
    user: str
    access: Literal["read", "write", "readwrite"]
    topic: str
    reason: str


def machines_of(file: RuleFile) -> str:
    """The user whose name the machines of a rule file bear, where they have no names of their own."""
    return f"{file.stem}-machines"


def grants(
    bundle: Bundle, service: str, machines: Mapping[str, Sequence[str]], readers: Iterable[str]
) -> Iterator[Grant]:
    """User by user; `machines` are the users of a rule file's machines by its stem, where they bear other names."""
    root = f"{bundle.standard.root}/#"
    yield Grant(service, "readwrite", root, "the governed tree, which it alone writes, and reads back when it starts")
    yield Grant(service, "read", "$SYS/broker/#", "whether the broker drops messages")
    for file in bundle.files:
        for topic, reason in _listens(file):
            yield Grant(service, "read", topic, reason)
    for file in bundle.files:
        for user in machines.get(file.stem, (machines_of(file),)):
            for topic, reason in _listens(file):
                yield Grant(user, "write", topic, reason)
    for user in readers:
        yield Grant(user, "read", root, "the governed tree, and what the service says about itself")


def _listens(file: RuleFile) -> Iterator[tuple[str, str]]:
    for source in file.sources:
        for index, topic in enumerate(source.topics):
            yield _writable(topic), f"{_place(source, index)} listens here"


def _place(source: Source, index: int) -> str:
    return str(source.places.get(f"topic/{index}") or source.places.get("topic") or source.place)


def _writable(topic: str) -> str:
    """Mosquitto drops blanks at the ends of a line, so that a level that has them there can only be left open."""
    levels = topic.split("/")
    for at, level in ((0, levels[0].lstrip()), (-1, levels[-1].rstrip())):
        if level != levels[at]:
            levels[at] = "+"
    return "/".join(levels)


def written(given: Iterable[Grant], revision: str) -> str:
    """The file, each line with its reason."""
    parts = [HEADER.format(revision=revision)]
    for user, its in groupby(given, key=lambda each: each.user):
        lines = [f"# {each.reason}\ntopic {each.access} {each.topic}\n" for each in its]
        parts.append(f"user {user}\n{''.join(lines)}")
    return "\n".join(parts)
