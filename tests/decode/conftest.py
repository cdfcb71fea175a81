"""Sources and messages in few words."""

from collections.abc import Callable

import pytest

from uns.decode import NO_BIRTHS, reader
from uns.decode.pointer import Pointer
from uns.decode.source import QualitySpec, Source, TimeSpec
from uns.finding import FilePlace
from uns.message import RawMessage, Sample
from uns.topic import TopicFilter


def _pointers(texts: str | list[str] | None) -> tuple[Pointer, ...]:
    return tuple(Pointer.parse(text) for text in ([texts] if isinstance(texts, str) else texts or []))


def _time(at, **more) -> TimeSpec:
    texts = [at] if isinstance(at, str) else list(at)
    pointers = _pointers([text for text in texts if text != "received"])
    return TimeSpec(pointers, "received" in texts, **more)


def _tag(tag) -> tuple[Pointer | str, ...] | None:
    if tag is None:
        return None
    parts = [tag] if isinstance(tag, str) else tag
    return tuple(Pointer.parse(part) if part == "." or part.startswith(("/", "./")) else part for part in parts)


def make_source(
    each=None, tag=None, value=None, time="received", as_="auto", quality=None, unit=None, **more
) -> Source:
    return Source(
        (TopicFilter("plc/#"),),
        FilePlace("dallas.yaml"),
        each=_pointers(each),
        tag=_tag(tag),
        value=Pointer.parse(value) if value else None,
        time=_time(time, as_=as_),
        quality=quality and QualitySpec(**{**quality, "at": Pointer.parse(quality["at"])}),
        unit=Pointer.parse(unit) if unit else None,
        **more,
    )


RECEIVED = 1_763_600_000_000_000_000


def make_raw(payload: bytes | str, received: int = RECEIVED, **more) -> RawMessage:
    return RawMessage("plc/x", payload if isinstance(payload, bytes) else payload.encode(), received, **more)


@pytest.fixture
def source() -> Callable[..., Source]:
    return make_source


@pytest.fixture
def raw() -> Callable[..., RawMessage]:
    return make_raw


@pytest.fixture
def samples() -> Callable[..., list[Sample]]:
    """The samples that a source with these keys draws from a payload."""

    def draw(payload, received=RECEIVED, message=None, **keys) -> list[Sample]:
        drawn, births = reader(make_source(**keys))(make_raw(payload, received, **(message or {})))
        assert births is NO_BIRTHS
        return drawn

    return draw
