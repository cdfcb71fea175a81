"""Settings from `uns.toml`, then `UNS_…` variables, then flags; each wrong one is a finding at its place."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from uns.finding import FilePlace, Finding, found, nearest
from uns.settings import Settings

FILE = "uns.toml"
PREFIX = "UNS_"
CONFIG = f"{PREFIX}CONFIG"
USER = re.compile(r"//[^/@]*@")
LARGEST = 1024 * 1024
TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, config: Path | None = None
) -> tuple[Settings | None, list[Finding]]:
    """The settings in force, or None and everything that is wrong with them."""
    environment = os.environ if environment is None else environment
    path = config or Path(environment.get(CONFIG, FILE))
    values, text, findings = _file(path, required=config is not None or CONFIG in environment)
    variables = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environment.items()
        if key.startswith(PREFIX) and key != CONFIG
    }
    given = {key: value for key, value in flags.items() if value is not None}

    def place(key: str) -> FilePlace:
        if key in given:
            return FilePlace(f"--{key.replace('_', '-')}")
        return FilePlace(f"${PREFIX}{key.upper()}") if key in variables else _place(path, text, key)

    try:
        settings = Settings.model_validate(values | variables | given)
    except ValidationError as error:
        return None, [*findings, *(_finding(problem, place) for problem in error.errors())]
    findings += _unreadable(settings, place) or [*_unpaired(settings, place), *_unencrypted(settings, place)]
    return (None if findings else settings), findings


def _file(path: Path, required: bool) -> tuple[dict[str, Any], str, list[Finding]]:
    """Values and text of the file; both empty where it cannot be read."""
    where, text = FilePlace(str(path)), ""
    try:
        text = _text(path)
        return tomllib.loads(text), text, []
    except FileNotFoundError:
        if not required:
            return {}, "", []
        message, remedy = f"there is no {path}", "name a file that exists"
    except OSError as error:
        message, remedy = f"{path} cannot be read: {error.strerror}", "put a file there that this user may read"
    except UnicodeDecodeError:
        message, remedy = f"{path} is not UTF-8", "write it as text"
    except tomllib.TOMLDecodeError as error:
        told = TOML_PLACE.search(str(error))
        last = text.rpartition("\n")[2]
        end = (text.count("\n") + 1, len(last) + 1)
        where = FilePlace(str(path), *((int(told[1]), int(told[2])) if told and told[1] else end))
        message, remedy = f"{path} is not TOML: {TOML_PLACE.sub('', str(error))}", 'write key = "value" lines'
    return {}, text, [found("file-unreadable", message, remedy, where)]


def _text(path: Path) -> str:
    """OSError, too, where there is more than any settings would fill, or a pipe: nobody may ever write into it."""
    _refuse_pipe(path)
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content.decode("utf-8").replace("\r\n", "\n")


def _refuse_pipe(path: Path) -> None:
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe, a socket or a device", str(path))


def _finding(problem: Any, place: Callable[[str], FilePlace]) -> Finding:
    key = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "extra_forbidden":
        near = nearest(key, Settings.model_fields)
        remedy = f"did you mean `{near}`?" if near else f"the settings are {', '.join(Settings.model_fields)}"
        return found("key-unknown", f"unknown setting `{key}`", remedy, place(key))
    remedy = _remedy(problem)
    shown = "this" if key == "password" else USER.sub("//…@", repr(problem["input"])[:200])
    return found("key-value", f"setting `{key}` cannot be {shown}", remedy, place(key))


def _remedy(problem: Any) -> str:
    """Our validators' own words; what pydantic itself refuses is no text, or none of those listed."""
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    return f"write {problem['ctx']['expected']}" if problem["type"] == "literal_error" else "write text, in quotes"


def _unreadable(settings: Settings, place: Callable[[str], FilePlace]) -> list[Finding]:
    """Secrets and certificates that the settings name, and that nobody can read."""
    findings = []
    for key, file in settings:
        if not key.endswith("_file") or file is None:
            continue
        try:
            _refuse_pipe(file)
            file.read_text(encoding="utf-8")
        except OSError as error:
            message = f"setting `{key}`: {file} cannot be read: {error.strerror}"
            findings.append(found("file-unreadable", message, "name a file that this user may read", place(key)))
        except UnicodeDecodeError:
            message = f"setting `{key}`: {file} is not UTF-8"
            findings.append(found("file-unreadable", message, "write it as text", place(key)))
    return findings


def _unpaired(settings: Settings, place: Callable[[str], FilePlace]) -> list[Finding]:
    """A certificate without its key, or a key without its certificate."""
    certificate, key = settings.cert_file, settings.key_file
    if key is not None and certificate is None:
        return [found("key-missing", "setting `key_file` has no certificate", "set `cert_file` too", place("key_file"))]
    if certificate is not None and key is None and "PRIVATE KEY" not in certificate.read_text(encoding="utf-8"):
        return [found("key-missing", "setting `cert_file` has no key", "set `key_file` too", place("cert_file"))]
    return []


def _unencrypted(settings: Settings, place: Callable[[str], FilePlace]) -> list[Finding]:
    """Certificates that nothing would ask for: who names one believes the connection to be encrypted."""
    if settings.broker_tls:
        return []
    url = settings.broker
    named = [key for key in ("ca_file", "cert_file", "key_file") if getattr(settings, key) is not None]
    message = f"setting `{{}}` is for an encrypted connection, and {url} is none"
    return [found("key-value", message.format(key), "write mqtts://, or leave it out", place(key)) for key in named]


def _place(path: Path, text: str, key: str) -> FilePlace:
    for number, line in enumerate(text.splitlines(), 1):
        name = line.partition("=")[0].strip().strip("\"'")
        if name == key or line.strip().startswith(f"[{key}"):
            return FilePlace(str(path), number, len(line) - len(line.lstrip()) + 1)
    return FilePlace(str(path))
