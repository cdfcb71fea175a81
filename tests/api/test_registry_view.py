"""What the API knows of the registry without being asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

from support.registry import migrated

from uns.api.registry_view import RegistryView
from uns.registry.engine import connect
from uns.registry.migrate import migrate, packaged
from uns.settings import Settings


def test_a_schema_that_goes_back_under_it_is_told_and_its_way_forth_too(tmp_path: Path) -> None:
    asyncio.run(asyncio.wait_for(_back_and_forth(migrated(tmp_path / "uns.db")), 20))


async def _back_and_forth(url: str) -> None:
    view, other = RegistryView(Settings(registry=url)), connect(url)
    following = asyncio.ensure_future(view.follow())
    try:
        while view.revision is None:
            await asyncio.sleep(0.05)
        assert view.error == ""
        await asyncio.to_thread(migrate, other, packaged()[-2])
        while view.error != "the registry's schema is not up to date; run `uns migrate`":
            await asyncio.sleep(0.05)
        await asyncio.to_thread(migrate, other)
        while view.error:
            await asyncio.sleep(0.05)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        view.close()
        other.dispose()
