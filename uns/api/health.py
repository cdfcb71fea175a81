"""`/healthz`, `/readyz`, `/metrics`: of the API's own process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from uns.api.models import Answer
from uns.api.surroundings import Here, Surroundings
from uns.finding import Severity

router = APIRouter(tags=["health"])


class Readiness(Answer):
    status: Literal["ready", "degraded", "hold"]
    reasons: list[str]


class Alive(Answer):
    status: Literal["alive"] = "alive"


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> Alive:
    return Alive()


@router.get("/readyz", summary="Whether it can be relied on", responses={503: {"model": Readiness}})
async def readyz(here: Here, response: Response) -> Readiness:
    readiness = ready(here)
    if readiness.status == "hold":
        response.status_code = 503
    return readiness


def ready(here: Surroundings) -> Readiness:
    """Hold: nothing true can be said about the namespace. Degraded: part of it is missing or old."""
    held, lacking = [here.fault] if here.fault else [], []
    if here.rules.bundle is None:
        held.append("no rules are in force: `uns check` says what is wrong with them")
    elif errors := [each for each in here.rules.findings if each.severity is Severity.ERROR]:
        lacking.append(
            f"the newest rules have errors, earlier ones are in force: {errors[0].where}: {errors[0].message}"
        )
    if not here.link.connected:
        (lacking if here.namespace.entries else held).append(f"the broker is not connected: {here.link.error}")
    elif not here.link.complete:
        lacking.append("the broker is still handing over what it keeps")
    if here.namespace.left_out:
        left = here.namespace.left_out
        lacking.append(f"the namespace is full: {left} {'message was' if left == 1 else 'messages were'} left out")
    if here.registry.error:
        lacking.append(f"the registry is out of reach: {here.registry.error}")
    return Readiness(status="hold" if held else "degraded" if lacking else "ready", reasons=held + lacking)


class _Gauges(Collector):
    """Read when asked, so that serving requests costs nothing for them."""

    def __init__(self, here: Surroundings) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        here = self._here
        yield _gauge("uns_link_connected", "whether the broker is heard", float(here.link.connected))
        yield _gauge("uns_namespace_topics", "governed topics that hold a value", len(here.namespace.entries))
        yield _gauge("uns_namespace_bytes", "bytes of their payloads", here.namespace.bytes)
        yield _gauge("uns_streams", "streams that are being read", here.streams)
        yield CounterMetricFamily("uns_messages_received", "governed messages", here.link.received)
        yield CounterMetricFamily(
            "uns_namespace_left_out", "messages left out for want of room", here.namespace.left_out
        )
        info = GaugeMetricFamily("uns_bundle_info", "the rules in force", labels=["revision"])
        info.add_metric([here.rules.revision or ""], 1)
        yield info


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(here: Here) -> Response:
    registry = CollectorRegistry()
    registry.register(_Gauges(here))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")
