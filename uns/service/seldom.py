"""What anybody may cause is said so many times a second and no more: else it fills a log, or somebody's ears."""

from __future__ import annotations

from time import monotonic


class Seldom:
    def __init__(self, most: int) -> None:
        """`most` a second."""
        self.most = most
        self._second = self._told = 0

    def may(self) -> bool:
        """Whether to say it once more."""
        second = int(monotonic())
        if second != self._second:
            self._second, self._told = second, 0
        self._told += 1
        return self._told <= self.most
