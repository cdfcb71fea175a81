"""A plant for each fault: machines, who overhears them, and who counts what arrives; and how long it goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest
from support.plant import Client
from support.plant_fixtures import client, client_of, folder, service

__all__ = ["client", "client_of", "folder", "service"]


@pytest.fixture
def soak() -> bool:
    """Whether this is `make soak`: everything many times over."""
    return "UNS_SOAK" in os.environ


@pytest.fixture
def chance() -> Random:
    """A failing test shows the seed; `SEED=…` begins there again."""
    seed = os.environ.get("SEED") or str(int.from_bytes(os.urandom(4)))
    print(f"SEED={seed}")
    return Random(seed)


@pytest.fixture
def watcher(client_of: Callable[..., Client]) -> Client:
    return client_of("watcher", "acme/dallas/#")


@pytest.fixture
def overheard(client_of: Callable[..., Client]) -> Client:
    """What the broker took from the machines, in its order: a client in trouble may send in another one."""
    return client_of("overheard", "plc/L1/#")


@pytest.fixture
def machines(client_of: Callable[..., Client]) -> Client:
    return client_of("machines", at_once=1)
