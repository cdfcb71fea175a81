"""Settings: typed, checked, and never read at import."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from uns.instant import duration

REGISTRY = re.compile(r"(sqlite|postgresql)(\+[a-z0-9]+)?://.*", re.DOTALL)
REGISTRY_FILE = re.compile(r"sqlite[^:]*://[^/]*/(?!:memory:)([^?]+)", re.DOTALL)
LONGEST_WORD = 16_000
"""Characters of a user or a password: in MQTT they take at most 65 535 bytes."""
INSTANCE = re.compile(r"[a-z][a-z0-9-]{0,31}")


def is_loopback(host: str) -> bool:
    """Whether this name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _broker(url: str) -> str:
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        sound = parts.scheme in ("mqtt", "mqtts") and bool(parts.hostname) and parts.port != 0
        beyond = parts.path.strip("/") or parts.query or parts.fragment
    except ValueError:
        sound, beyond = False, ""
    if not sound or beyond:
        raise ValueError("write mqtt://host:port or mqtts://host:port")
    if "@" in parts.netloc:
        raise ValueError("put the user into `username` and the password into `password_file`")
    return url


def _fits(pattern: re.Pattern[str], remedy: str) -> Callable[[str], str]:
    def fits(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(remedy)
        return text

    return fits


_registry = _fits(REGISTRY, "write sqlite:///uns.db or postgresql://user@host/database")
_instance = _fits(INSTANCE, "write 1 to 32 of a-z, 0-9 and -, the first a letter, such as plant-a")


def _endpoint(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise ValueError("write host:port, such as 127.0.0.1:8080")
    return text


def _api(text: str) -> str:
    if not is_loopback(endpoint(_endpoint(text))[0]):
        raise ValueError("write 127.0.0.1:port: the API has no tokens yet, so it listens on this machine only")
    return text


def _files(given: object) -> tuple[str, ...]:
    stems = [each.strip() for each in given.split(",")] if isinstance(given, str) else given
    if not isinstance(stems, list | tuple) or not stems or not all(isinstance(each, str) for each in stems):
        raise ValueError("write the names of rule files, such as dallas,berlin")
    if not all(each and each.isprintable() for each in stems):
        raise ValueError("write the names of rule files with one comma between two, such as dallas,berlin")
    return tuple(dict.fromkeys(stems))


def _duration(text: str) -> str:
    if not duration(text):
        raise ValueError("write a time such as 30s, 10m or 2h")
    return text


class Settings(BaseModel):
    """Everything that differs from one installation to the next."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: Annotated[str, AfterValidator(_broker)] = Field("mqtt://127.0.0.1:1883", description="the MQTT broker")
    username: str | None = Field(None, max_length=LONGEST_WORD, description="user at the broker")
    password: SecretStr | None = Field(
        None, max_length=LONGEST_WORD, description="password at the broker; better a file"
    )
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificates of the authorities that `mqtts` trusts")
    cert_file: Path | None = Field(None, description="our own certificate, where the broker asks for one")
    key_file: Path | None = Field(None, description="the key of `cert_file`")
    rules: Path = Field(Path("naming_rules"), description="folder of the standard, rule files and tables")
    schemas: Path = Field(Path("schemas"), description="folder of the JSON Schemas")
    rules_source: Literal["directory", "registry"] = Field(
        "directory", description="where rules are the truth: the folder, or what was submitted to the registry"
    )
    files: Annotated[tuple[str, ...], BeforeValidator(_files)] = Field(
        (), description="the rule files that this instance serves, such as `dallas,berlin`; without it all of them"
    )
    registry: Annotated[str, AfterValidator(_registry)] = Field(
        "sqlite:///uns.db", description="SQLAlchemy URL of the registry"
    )
    registry_password_file: Path | None = Field(None, description="file that holds the registry's password")
    api: Annotated[str, AfterValidator(_api)] = Field("127.0.0.1:8080", description="where the REST API listens")
    health: Annotated[str, AfterValidator(_endpoint)] = Field(
        "127.0.0.1:8081", description="where the message path answers for itself"
    )
    instance: Annotated[str, AfterValidator(_instance)] = Field("uns", description="name of this service at the broker")
    state: Path = Field(Path(".uns"), description="folder of the journal, the last good bundle and the lock")
    timeline_max_age: Annotated[str, AfterValidator(_duration)] = Field(
        "10m", description="how long context holds while the registry is away"
    )

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        """No file, user or database has one in its name, and what opens it would fail in a way of its own."""
        if isinstance(value, str | Path) and "\0" in str(value):
            raise ValueError("write it without the character NUL")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: Any, about: ValidationInfo) -> Any:
        """A variable that a script left empty would be a folder: this one."""
        if value == "" and about.field_name != "password":
            raise ValueError("write a value, or leave the setting out")
        return value

    @property
    def broker_host(self) -> str:
        return urlsplit(self.broker).hostname or "127.0.0.1"

    @property
    def broker_tls(self) -> bool:
        return urlsplit(self.broker).scheme == "mqtts"

    @property
    def broker_port(self) -> int:
        return urlsplit(self.broker).port or (8883 if self.broker_tls else 1883)

    @property
    def timeline_max_age_ns(self) -> int:
        return duration(self.timeline_max_age) or 0

    def broker_password(self) -> str | None:
        """The password, read afresh from its file where it stands in one."""
        if self.password_file is not None:
            password = self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
            if len(password) > LONGEST_WORD:
                raise OSError(f"`password_file` {self.password_file} holds {len(password)} characters: no password")
            return password
        return self.password.get_secret_value() if self.password else None

    def registry_password(self) -> str | None:
        """The registry's password where it stands in a file; else the URL says what there is to say."""
        if self.registry_password_file is None:
            return None
        return self.registry_password_file.read_text(encoding="utf-8").rstrip("\r\n")

    def lacks_registry(self) -> bool:
        """Whether the registry is a file that nobody has made yet: then nothing was ever in force."""
        file = REGISTRY_FILE.match(self.registry)
        return file is not None and not os.path.exists(file[1])


def endpoint(text: str) -> tuple[str, int]:
    """`host:port` as a pair."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
