"""Rejections as tests make them, and what of them a registry keeps."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Engine, func, select

from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry import entries
from uns.registry.bounds import Bounds
from uns.registry.quarantine import keep
from uns.registry.tables import CAUSES


def rejection(
    number: int, *, message: int | None = None, topic: str = "plc/a", size: int = 3, **more: str
) -> Rejection:
    code = more.get("code", "value-type")
    finding = found(code, "is not a number", "`decimal: ','`", SamplePlace(topic, more.get("tag"), "/v"))
    raw = RawMessage(topic, b"x" * size, number * SECOND, 7, 1, True, False, True)
    key = number if message is None else message
    return Rejection(
        f"uns-{number}", f"m-{key}", raw, more.get("tag"), more.get("rule"), (finding,), "b1", "7", "dallas"
    )


def alone(number: int, size: int = 10, topic: str = "", message: str = "is not a number") -> Rejection:
    """A rejection with a cause of its own."""
    one = rejection(number, topic=topic or f"plc/{number}", size=size)
    return one._replace(findings=(replace(one.findings[0], message=message),))


def causes_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(CAUSES)) or 0


def kept(engine: Engine, rejections: Iterable[Rejection], now: int = 0, **bounds: int) -> list[int]:
    keep(engine, rejections, now, Bounds(**bounds))
    return [each.raw.received // SECOND for each in reversed(entries.entries(engine, limit=10_000).items)]
