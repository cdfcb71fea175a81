"""The registry that the settings name: the one way to it, whoever asks."""

from __future__ import annotations

from sqlalchemy import Engine

from uns.registry.engine import RegistryAway, connect
from uns.settings import Settings


def engine_of(settings: Settings) -> Engine:
    """RegistryAway where the settings name no registry, or its password cannot be read."""
    try:
        password = settings.registry_password()
    except OSError as error:
        raise RegistryAway(f"{settings.registry_password_file}: {error.strerror}", "make it readable") from error
    except UnicodeDecodeError as error:
        what = f"{settings.registry_password_file} is not UTF-8"
        raise RegistryAway(what, "write the password into it as text") from error
    return connect(settings.registry, password=password)
