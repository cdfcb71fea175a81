"""SUBSCRIBE and UNSUBSCRIBE: each is asked once, and waits for the broker's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from mqtt5 import QoS, RetainHandling, SubscribePacket, TopicFilter, UnsubscribePacket

from uns.broker.outbox import Outbox
from uns.broker.reasons import words

FILTERS_AT_ONCE: Final = 500
ANSWER_WITHIN: Final = 15.0
"""Seconds of silence after which a broker is taken for dead."""
QOS: Final = (QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE)


class Filter(NamedTuple):
    """One subscription; `fresh` asks for the retained values even where the broker had it already."""

    pattern: str
    fresh: bool = False
    qos: int = 1


class Requests:
    """Those under way; all of them end with ConnectionError where the connection does."""

    def __init__(self, outbox: Outbox, send: Callable[[bytes], None], heard: Callable[[], float]) -> None:
        """`outbox` gives packet ids, `send` raises ConnectionError, `heard` is when the broker last said anything."""
        self.outbox, self.send, self.heard = outbox, send, heard
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._why = ""

    async def subscribe(self, filters: Sequence[Filter]) -> list[tuple[str, str]]:
        """Subscribe at the QoS asked for; the filters that the broker refused, each with its reason in words."""
        refused: list[tuple[str, str]] = []
        for start in range(0, len(filters), FILTERS_AT_ONCE):
            part = filters[start : start + FILTERS_AT_ONCE]
            packet_id = self._reserve()
            codes = await self._ask(packet_id, SubscribePacket(packet_id, [_wire(each) for each in part]).write())
            if len(codes) != len(part):
                raise ConnectionError(f"the broker answered for {len(codes)} of {len(part)} filters")
            refused += [
                (each.pattern, words(code)) for each, code in zip(part, codes, strict=True) if int(code) >= 0x80
            ]
        return refused

    async def unsubscribe(self, patterns: Sequence[str]) -> None:
        for start in range(0, len(patterns), FILTERS_AT_ONCE):
            packet_id = self._reserve()
            part = list(patterns[start : start + FILTERS_AT_ONCE])
            await self._ask(packet_id, UnsubscribePacket(packet_id, part).write())

    def answered(self, packet_id: int, codes: Sequence[Any]) -> None:
        """A SUBACK or UNSUBACK."""
        answer = self._answers.pop(packet_id, None)
        self.outbox.reserved.discard(packet_id)
        if answer is not None and not answer.done():
            answer.set_result(codes)

    def cut(self, why: str) -> None:
        """The connection is over: nobody will answer."""
        self._why = why
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        self._answers.clear()

    def _reserve(self) -> int:
        packet_id = self.outbox.next_id()
        self.outbox.reserved.add(packet_id)
        return packet_id

    async def _ask(self, packet_id: int, packet: bytes) -> Any:
        self.send(packet)
        answer = self._answers[packet_id] = asyncio.get_running_loop().create_future()
        while not answer.done():
            heard = self.heard()
            await asyncio.wait((answer,), timeout=ANSWER_WITHIN)
            if not answer.done() and self.heard() == heard:
                raise ConnectionError("the broker did not answer")
        if answer.result() is None:
            raise ConnectionError(self._why)
        return answer.result()


def _wire(each: Filter) -> TopicFilter:
    handling = RetainHandling.SEND_ALWAYS if each.fresh else RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS
    return TopicFilter(each.pattern, max_qos=QOS[each.qos], retain_handling=handling, retain_as_published=False)
