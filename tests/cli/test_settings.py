"""Settings: file, then variables, then flags; whatever is wrong is a finding with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from uns.finding import Finding
from uns.settings import Settings
from uns.settings.loading import load


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(str(each.where), each.code) for each in findings]


def written(folder: Path, text: str) -> Path:
    file = folder / "uns.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_flags_win_over_variables_and_those_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'instance = "a"\napi = "127.0.0.1:1"\nhealth = "127.0.0.1:1"\n')
    variables = {"UNS_API": "127.0.0.1:2", "UNS_HEALTH": "127.0.0.1:2", "PATH": "/bin"}
    settings, findings = load({"health": "127.0.0.1:3", "api": None}, variables, file)
    assert findings == []
    assert settings is not None
    assert (settings.instance, settings.api, settings.health) == ("a", "127.0.0.1:2", "127.0.0.1:3")


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ('\n  brokr = "x"\n', "2:3", "key-unknown"),
        ('# here\nbroker = "http://x"\n', "2:1", "key-value"),
        ("api = 8080\n", "1:1", "key-value"),
        ('[plant]\nname = "x"\n', "1:1", "key-unknown"),
        ('instance = "a"\nrules = \n', "2:9", "file-unreadable"),
        ('instance = "a', "1:14", "file-unreadable"),
        ('password_file = "nowhere"\n', "1:1", "file-unreadable"),
        ('ca_file = "."\n', "1:1", "file-unreadable"),
        (r'ca_file = "a\u0000"', "1:1", "key-value"),
        (r'state = "a\u0000"', "1:1", "key-value"),
        (r'username = "a\u0000"', "1:1", "key-value"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_at_its_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, where: str, code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, text)
    assert (None, [(f"uns.toml:{where}", code)]) == (load({}, {})[0], told(load({}, {})[1]))


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ('cert_file = "c.pem"', [("uns.toml:1:1", "key-missing")]),
        ('key_file = "k.pem"', [("uns.toml:1:1", "key-missing")]),
        ('cert_file = "both.pem"', []),
        ('cert_file = "c.pem"\nkey_file = "k.pem"', []),
    ],
)
def test_a_certificate_has_a_key_and_a_key_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told_of: list[tuple[str, str]]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("c.pem", "k.pem", "both.pem"):
        kinds = {"c": "CERTIFICATE", "k": "PRIVATE KEY", "b": "CERTIFICATE-----\n-----BEGIN PRIVATE KEY"}
        (tmp_path / name).write_text(f"-----BEGIN {kinds[name[0]]}-----\n", encoding="utf-8")
    written(tmp_path, f'{text}\nbroker = "mqtts://plant.example"')
    assert told(load({}, {})[1]) == told_of


@pytest.mark.parametrize("key", ["ca_file", "cert_file"])
def test_a_certificate_beside_a_connection_that_is_not_encrypted_is_told(tmp_path: Path, key: str) -> None:
    both = tmp_path / "both.pem"
    both.write_text("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n", encoding="utf-8")
    given = {f"UNS_{key.upper()}": str(both)}
    settings, findings = load({}, given)
    assert (settings, told(findings)) == (None, [(f"$UNS_{key.upper()}:1:1", "key-value")])
    assert findings[0].remedy == "write mqtts://, or leave it out"
    assert load({}, {**given, "UNS_BROKER": "mqtts://plant.example"})[1] == []


@pytest.mark.parametrize("key", ["ca_file", "state", "username", "files"])
def test_a_variable_that_a_script_left_empty_is_no_folder_and_no_name(key: str) -> None:
    settings, findings = load({}, {f"UNS_{key.upper()}": ""}, None)
    assert (settings, told(findings)) == (None, [(f"$UNS_{key.upper()}:1:1", "key-value")])
    assert load({}, {"UNS_PASSWORD": ""}, None)[0] is not None


def test_a_file_that_never_ends_is_told() -> None:
    settings, findings = load({}, {}, Path("/dev/zero"))
    assert (settings, told(findings)) == (None, [("/dev/zero:1:1", "file-unreadable")])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("broker", "mqtt://h:99999"),
        ("broker", "mqtt://h:x"),
        ("broker", "mqtt://[::1"),
        ("broker", "mqtt://h/plant"),
        ("broker", "mqtt://"),
        ("broker", f"mqtt://{'h' * 64}"),
        ("broker", "mqtt://plant..example"),
        ("broker", "mqtt://\udcff"),
        ("broker", "mqtt://uns@h"),
        ("registry", "nonsense"),
        ("registry", "mysql://h/x"),
        ("api", "0.0.0.0:8080"),
        ("api", "plant.example:8080"),
        ("api", "127.0.0.1"),
        ("health", "127.0.0.1:٣"),
        ("instance", "Über"),
        ("rules_source", "folder"),
        ("files", ""),
        ("files", "dallas,,berlin"),
        ("files", "dallas\nberlin"),
        ("timeline_max_age", "soon"),
    ],
)
def test_a_wrong_variable_or_flag_is_told_by_its_name(name: str, value: str) -> None:
    assert told(load({}, {f"UNS_{name.upper()}": value})[1]) == [(f"$UNS_{name.upper()}:1:1", "key-value")]
    assert told(load({name: value}, {})[1]) == [(f"--{name.replace('_', '-')}:1:1", "key-value")]


@pytest.mark.parametrize("value", ['"dallas, berlin"', '["dallas", "berlin", "dallas"]', "3", "[]", '["dallas", ""]'])
def test_rule_files_are_listed_with_commas_or_as_toml_does(tmp_path: Path, value: str) -> None:
    settings, findings = load({}, {}, written(tmp_path, f"files = {value}\n"))
    assert (settings is None) == (bool(findings)) == ("dallas" not in value or '""' in value)
    if settings is not None:
        assert settings.files == ("dallas", "berlin")


@pytest.mark.parametrize(
    "wrong",
    [{"UNS_BROKER": "mqtt://uns:secret@h"}, {"UNS_REGISTRY": "mysql://uns:secret@h/x"}],
    ids=lambda each: next(iter(each)),
)
def test_a_password_in_a_wrong_setting_is_not_repeated(wrong: dict[str, str]) -> None:
    [finding] = load({}, wrong)[1]
    assert "secret" not in str(finding.as_json())


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, "not toml\n")
    findings = load({"api": "x"}, {"UNS_BROKR": "x", "UNS_INSTANCE": "X"}, file)[1]
    assert {str(each.where).partition(":")[0] for each in findings} == {
        str(file),
        "$UNS_BROKR",
        "$UNS_INSTANCE",
        "--api",
    }


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.toml"
    assert told(load({}, {"UNS_CONFIG": str(nowhere)})[1]) == [(f"{nowhere}:1:1", "file-unreadable")]
    assert told(load({}, {}, nowhere)[1]) == [(f"{nowhere}:1:1", "file-unreadable")]


@pytest.mark.parametrize("key", ["the file", "password_file", "ca_file"])
def test_a_pipe_is_told_instead_of_waited_for(tmp_path: Path, key: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    finding = load({key: str(pipe)}, {})[1][0] if key != "the file" else load({}, {}, pipe)[1][0]
    assert finding.code == "file-unreadable"
    assert finding.message.endswith(f"{pipe} cannot be read: it is a pipe, a socket or a device")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('instance = "Plant"', "write 1 to 32 of a-z, 0-9 and -, the first a letter, such as plant-a"),
        (f'instance = "{"a" * 33}"', "write 1 to 32 of a-z, 0-9 and -, the first a letter, such as plant-a"),
        ("instance = 1", "write text, in quotes"),
        ("state = 1", "write text, in quotes"),
        ("password = 1", "write text, in quotes"),
        ('rules_source = "folder"', "write 'directory' or 'registry'"),
        ('timeline_max_age = "soon"', "write a time such as 30s, 10m or 2h"),
    ],
)
def test_the_remedy_says_what_to_write(tmp_path: Path, text: str, remedy: str) -> None:
    assert [each.remedy for each in load({}, {}, written(tmp_path, text))[1]] == [remedy]


@pytest.mark.parametrize(
    ("registry", "lacks"),
    [
        ("sqlite:///nowhere.db", True),
        ("sqlite+pysqlite:///nowhere.db?timeout=3", True),
        ("sqlite:////nowhere/uns.db", True),
        ("sqlite:///there.db", False),
        ("sqlite:///there.db?timeout=3", False),
        ("sqlite://", False),
        ("sqlite:///:memory:", False),
        ("postgresql://uns@127.0.0.1:1/plant", False),
    ],
)
def test_a_registry_is_lacking_where_nobody_made_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: str, lacks: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.db").touch()
    assert Settings(registry=registry).lacks_registry() is lacks
