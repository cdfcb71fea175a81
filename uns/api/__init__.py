"""The REST API: one router per noun, reading the broker and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from uns.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The API over these settings. (Its libraries are loaded when it is asked for: other rooms import ours.)"""
    from uns.api.app import create_app

    return create_app(settings)


def serve(settings: Settings) -> int:
    """Serve on `settings.api` until told to end; the exit status."""
    from uns.api.server import serve

    return serve(settings)
