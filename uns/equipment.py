"""Equipment paths: the levels from the site down, without the root of the governed tree."""

from __future__ import annotations

from collections.abc import Iterator

from uns.finding import Malformed
from uns.topic import Topic, shown


class EquipmentPath(str):
    """`dallas/packaging/line-3`: a piece of equipment, named from its site down."""

    __slots__ = ()

    def __new__(cls, text: str) -> EquipmentPath:
        for level in Topic(text).levels:
            if level.startswith("_"):
                raise Malformed(
                    "topic-illegal", f"{shown(level)} in {shown(text)} is a contract's", "name equipment only"
                )
        return super().__new__(cls, text)

    @property
    def site(self) -> str:
        return self.partition("/")[0]

    def upwards(self) -> Iterator[EquipmentPath]:
        """This equipment, then its ancestors, nearest first, up to the site."""
        path: str = self
        while path:
            yield str.__new__(EquipmentPath, path)
            path = path.rpartition("/")[0]

    def is_under(self, owner: str) -> bool:
        """Whether this is the owner itself or stands below it."""
        return self == owner or self.startswith(f"{owner}/")
