"""Settings: `uns.toml`, then `UNS_…` variables, then flags; typed, checked, and never read at import."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from uns.finding import FilePlace, Finding, found, nearest
from uns.instant import duration

FILE = "uns.toml"
PREFIX = "UNS_"


def _broker(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("write mqtt://host:port or mqtts://host:port")
    if parts.username or parts.password:
        raise ValueError("put the user into `username` and the password into `password_file`")
    return url


def _endpoint(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ValueError("write host:port, such as 127.0.0.1:8080")
    return text


def _duration(text: str) -> str:
    if not duration(text):
        raise ValueError("write a time such as 30s, 10m or 2h")
    return text


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class Settings(BaseModel):
    """Everything that differs from one installation to the next."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: Annotated[str, AfterValidator(_broker)] = Field("mqtt://127.0.0.1:1883", description="the MQTT broker")
    username: str | None = Field(None, description="user at the broker")
    password: SecretStr | None = Field(None, description="password at the broker; better a file")
    password_file: Path | None = Field(None, description="file that holds the password")
    ca_file: Path | None = Field(None, description="certificates of the authorities that `mqtts` trusts")
    cert_file: Path | None = Field(None, description="our own certificate, where the broker asks for one")
    key_file: Path | None = Field(None, description="the key of `cert_file`")
    rules: Path = Field(Path("naming_rules"), description="folder of the standard, rule files and tables")
    schemas: Path = Field(Path("schemas"), description="folder of the JSON Schemas")
    rules_source: Literal["directory", "registry"] = Field(
        "directory", description="where rules are the truth: the folder, or what was submitted to the registry"
    )
    registry: str = Field("sqlite:///uns.db", description="SQLAlchemy URL of the registry")
    registry_password_file: Path | None = Field(None, description="file that holds the registry's password")
    api: Endpoint = Field("127.0.0.1:8080", description="where the REST API listens")
    health: Endpoint = Field("127.0.0.1:8081", description="where the message path answers for itself")
    instance: str = Field("uns", pattern=r"^[a-z][a-z0-9-]{0,31}$", description="name of this service at the broker")
    state: Path = Field(Path(".uns"), description="folder of the journal, the last good bundle and the lock")
    timeline_max_age: Annotated[str, AfterValidator(_duration)] = Field(
        "10m", description="how long context holds while the registry is away"
    )

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
            return self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        return self.password.get_secret_value() if self.password else None

    def registry_password(self) -> str | None:
        """The registry's password where it stands in a file; else the URL says what there is to say."""
        if self.registry_password_file is None:
            return None
        return self.registry_password_file.read_text(encoding="utf-8").rstrip("\r\n")


def endpoint(text: str) -> tuple[str, int]:
    """`host:port` as a pair."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, config: Path | None = None
) -> tuple[Settings | None, list[Finding]]:
    """The settings in force, or None and what is wrong with them."""
    environment = os.environ if environment is None else environment
    path = config or Path(environment.get(f"{PREFIX}CONFIG", FILE))
    values, findings = _file(path, required=config is not None)
    variables = {
        key[len(PREFIX) :].lower(): value
        for key, value in environment.items()
        if key.startswith(PREFIX) and key != f"{PREFIX}CONFIG"
    }
    places = {key: FilePlace(f"${PREFIX}{key.upper()}") for key in variables}
    values = values | variables | {key: value for key, value in flags.items() if value is not None}
    try:
        return (Settings(**values) if not findings else None), findings
    except ValidationError as error:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return None, [*findings, *(_finding(problem, path, text, places) for problem in error.errors())]


def _file(path: Path, required: bool) -> tuple[dict[str, Any], list[Finding]]:
    where = FilePlace(str(path))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except FileNotFoundError:
        if not required:
            return {}, []
        return {}, [found("file-unreadable", f"there is no {path}", "name a file that exists", where)]
    except (OSError, UnicodeDecodeError) as error:
        return {}, [found("file-unreadable", f"{path} cannot be read: {error}", "make it readable UTF-8 text", where)]
    except tomllib.TOMLDecodeError as error:
        return {}, [found("file-unreadable", f"{path} is not TOML: {error}", 'write key = "value" lines', where)]


def _finding(problem: Any, path: Path, text: str, places: Mapping[str, FilePlace]) -> Finding:
    key = str(problem["loc"][0]) if problem["loc"] else ""
    where = places.get(key) or _place(path, text, key)
    if problem["type"] == "extra_forbidden":
        near = nearest(key, Settings.model_fields)
        remedy = f"did you mean `{near}`?" if near else f"the settings are {', '.join(Settings.model_fields)}"
        return found("key-unknown", f"unknown setting `{key}`", remedy, where)
    message = str(problem["msg"]).removeprefix("Value error, ")
    return found("key-value", f"setting `{key}` cannot be {problem['input']!r}", message, where)


def _place(path: Path, text: str, key: str) -> FilePlace:
    for number, line in enumerate(text.splitlines(), 1):
        name = line.partition("=")[0].strip().strip("\"'")
        if name == key or line.strip().startswith(f"[{key}"):
            return FilePlace(str(path), number, len(line) - len(line.lstrip()) + 1)
    return FilePlace(str(path))
