"""MQTT topics and topic filters that cannot be malformed."""

from __future__ import annotations

from typing import Final

from uns.finding import Malformed

MAX_BYTES: Final = 65_535
MAX_LEVELS: Final = 200
MAX_SHOWN: Final = 200


def shown(text: str) -> str:
    """A topic, or a part of one, in a message: quoted, and cut where it is very long."""
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")


def _check(text: str, code: str) -> None:
    if not text:
        raise Malformed(code, "an MQTT topic has at least one character", "name a topic")
    for offset, character in enumerate(text):
        if character < " " or "\x7f" <= character <= "\x9f":
            raise Malformed(code, f"{shown(text)} holds the control character {character!r}", "remove it", offset)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise Malformed(code, f"{shown(text)} is not Unicode text", "write it as UTF-8", error.start) from None
    if size > MAX_BYTES or text.count("/") >= MAX_LEVELS:
        levels = text.count("/") + 1
        raise Malformed(
            code,
            f"{text[:60]!r}… has {size} bytes and {levels} {'level' if levels == 1 else 'levels'}",
            f"stay within {MAX_BYTES} bytes and {MAX_LEVELS} levels",
        )


class Topic(str):
    """A governed topic: publishable, no level empty, no level that begins with `$`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Topic:
        _check(text, "topic-illegal")
        offset = 0
        for level in text.split("/"):
            if not level:
                raise Malformed("level-empty", f"{shown(text)} has an empty level", "fill or drop it", offset)
            if level.startswith("$") or "+" in level or "#" in level:
                raise Malformed(
                    "topic-illegal",
                    f"level {shown(level)} of {shown(text)} holds $, + or #",
                    "map it with a lookup",
                    offset,
                )
            offset += len(level) + 1
        return super().__new__(cls, text)

    @property
    def levels(self) -> list[str]:
        return self.split("/")


class TopicFilter(str):
    """An MQTT topic filter of raw or governed topics; never one of `$…`."""

    __slots__ = ()

    def __new__(cls, text: str) -> TopicFilter:
        _check(text, "filter-syntax")
        if text.startswith("$"):
            raise Malformed("filter-syntax", f"{shown(text)} is the broker's own tree", "listen to machines' topics")
        levels, offset = text.split("/"), 0
        for index, level in enumerate(levels):
            if "#" in level and (level != "#" or index != len(levels) - 1):
                message = "`#` must be the last level" if level == "#" else "`#` must stand alone in its level"
                raise Malformed("filter-syntax", f"{shown(text)}: {message}", "use `+` for one level", offset)
            if "+" in level and level != "+":
                remedy = "use `+` for the whole level and tell machines apart in the rule's `from`"
                raise Malformed("filter-syntax", f"{shown(text)}: `+` must stand alone in its level", remedy, offset)
            offset += len(level) + 1
        return super().__new__(cls, text)

    @property
    def levels(self) -> list[str]:
        return self.split("/")

    def matches(self, topic: str) -> bool:
        """As the broker matches: `#` also takes its parent level, wildcards never take a leading `$`."""
        if topic.startswith("$"):
            return False
        mine, theirs = self.levels, topic.split("/")
        for index, level in enumerate(mine):
            if level == "#":
                return True
            if index == len(theirs):
                return False
            if level not in ("+", theirs[index]):
                return False
        return len(mine) == len(theirs)

    def contains(self, other: TopicFilter) -> bool:
        """Whether every topic of the other filter is one of this filter's too."""
        mine, theirs = self.levels, other.levels
        for index, level in enumerate(mine):
            if level == "#":
                return True
            if index == len(theirs) or theirs[index] == "#" or level not in ("+", theirs[index]):
                return False
        return len(mine) == len(theirs)

    def overlaps(self, other: TopicFilter) -> bool:
        """Whether some topic is one of both filters."""
        mine, theirs = self.levels, other.levels
        for left, right in zip(mine, theirs, strict=False):
            if "#" in (left, right):
                return True
            if "+" not in (left, right) and left != right:
                return False
        longer = mine[len(theirs) :] or theirs[len(mine) :]
        return not longer or longer == ["#"]


def of_a_message(text: str) -> str:
    """A topic that one can ask about: raw or governed, which the broker passes on, and no filter."""
    if "#" in TopicFilter(text) or "+" in text:
        raise Malformed("filter-syntax", f"{shown(text)} is a filter", "name one topic, without + and #")
    return text
