"""Where the broker is and how we prove who we are."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uns.settings import Settings


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    username: str | None = None
    password: Callable[[], str | None] = lambda: None
    """Asked at every connect, so that a changed password file needs no restart."""

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """None without TLS. OSError (ssl.SSLError among them): a certificate file that cannot be used."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file, _pass_phrase)
        return context


def _pass_phrase() -> str:
    """A service has nobody to ask, and a verb had better not wait for one."""
    raise OSError("`key_file` is locked with a pass phrase: write it without one, `openssl pkey` does")


def endpoint_of(settings: Settings) -> Endpoint:
    """The broker that the settings name: the one way to it, whoever asks."""
    return Endpoint(
        settings.broker_host,
        settings.broker_port,
        settings.broker_tls,
        settings.ca_file,
        settings.cert_file,
        settings.key_file,
        settings.username,
        settings.broker_password,
    )
