"""The REST API: one router per noun, reading the broker and the registry."""

from uns.api.app import create_app
from uns.api.server import serve

__all__ = ["create_app", "serve"]
