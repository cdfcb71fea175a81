"""Who the broker is and who we are: what is wrong with a certificate or a password is one clear line."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.authority import Authority
from support.mosquitto import Mosquitto, mosquitto
from support.plant import Service
from support.uns import uns
from support.waiting import eventually

from uns.demo.mosquitto import free_port


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def secured(tmp_path: Path, authority: Authority, alternative: str, extra: str = "") -> tuple[Mosquitto, str]:
    """A broker with a second, encrypted listener, and the address of that."""
    certificate, key = authority.sign("broker", alternative)
    port = free_port()
    lines = f"listener {port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\ncafile {authority.certificate}\n{extra}"
    return mosquitto(tmp_path / "mosquitto", extra=lines), f"mqtts://127.0.0.1:{port}"


def test_an_encrypted_link_to_a_broker_that_is_who_it_says(tmp_path: Path, authority: Authority, folder: Path) -> None:
    broker, url = secured(tmp_path, authority, "IP:127.0.0.1")
    with broker, Service(folder, url, ca_file=str(authority.certificate)) as service:
        assert service.ready()


def test_both_sides_show_a_certificate(tmp_path: Path, authority: Authority, folder: Path) -> None:
    certificate, key = authority.sign("service", "DNS:service")
    broker, url = secured(tmp_path, authority, "IP:127.0.0.1", "require_certificate true\n")
    ours = {"ca_file": str(authority.certificate), "cert_file": str(certificate), "key_file": str(key)}
    with broker, Service(folder, url, **ours) as service:
        assert service.ready()


def test_a_certificate_of_ours_that_is_missing_or_not_believed(
    tmp_path: Path, authority: Authority, folder: Path
) -> None:
    broker, url = secured(tmp_path, authority, "IP:127.0.0.1", "require_certificate true\n")
    certificate, key = Authority(tmp_path / "stranger").sign("service", "DNS:service")
    _, another = authority.sign("another", "DNS:another")
    locked, damaged = tmp_path / "locked.key", tmp_path / "damaged.pem"
    damaged.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", encoding="utf-8")
    lock = ["openssl", "pkey", "-aes256", "-passout", "pass:x", "-in", str(key), "-out", str(locked)]
    subprocess.run(lock, check=True, capture_output=True)
    trusted = {"ca_file": str(authority.certificate)}
    with broker:
        for ours, told in (
            ({}, "the broker asks for a certificate of ours: set `cert_file` and `key_file`"),
            ({"cert_file": str(certificate), "key_file": str(key)}, "the broker does not believe our certificate"),
            ({"cert_file": str(certificate), "key_file": str(another)}, "`key_file` is not the key of `cert_file`"),
            ({"cert_file": str(certificate), "key_file": str(locked)}, "`key_file` is locked with a pass phrase"),
            ({"cert_file": str(damaged), "key_file": str(key)}, "`cert_file` or `key_file` is damaged"),
            ({"ca_file": str(damaged)}, "`ca_file` is damaged, or no PEM at all"),
        ):
            (folder / "service.log").unlink(missing_ok=True)
            given = trusted | ours
            with Service(folder, url, **given) as service:
                eventually(lambda: told in service.said(), why=service.said)  # noqa: B023
                service.ready("hold")
                assert service.process.poll() is None
                assert "Traceback" not in service.said()
                assert "_ssl.c" not in service.said()
            status, printed, said = uns(folder, "doctor", broker=url, **given)
            assert (status, "Traceback" in said) == (3, False)
            assert "start it" not in printed
        for scheme, words in {"mqtt": "mqtts:// for one with it", "mqtts": "for a certificate of ours"}.items():
            there = url.replace("mqtts", scheme)
            about = trusted if scheme == "mqtts" else {}
            assert words in " ".join(uns(folder, "doctor", broker=there, **about)[1].split())
        _, _, said = uns(folder, "doctor", broker=url.replace("mqtts", "mqtt"), **trusted)
        assert "`ca_file` is for an encrypted connection" in said
        assert "write mqtts://" in said


def test_one_side_that_speaks_tls_where_the_other_does_not(tmp_path: Path, authority: Authority, folder: Path) -> None:
    broker, url = secured(tmp_path, authority, "IP:127.0.0.1")
    with broker:
        for there, told in (
            (url.replace("mqtts", "mqtt"), "write mqtts://"),
            (broker.url.replace("mqtt", "mqtts"), "write mqtt://"),
        ):
            with Service(folder, there) as service:
                eventually(lambda: told in service.said(), why=service.said)  # noqa: B023
                service.ready("hold")


def test_what_cannot_be_a_user_or_a_password_is_told(folder: Path, tmp_path: Path, guarded: Mosquitto) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("x" * 70_000, encoding="utf-8")
    with Service(folder, guarded.url, username="uns", password_file=str(bundle)) as service:
        eventually(lambda: "holds 70000 characters: no password" in service.said(), why=service.said)
        service.ready("hold")
    status, _, said = uns(folder, "ls", broker=guarded.url, username="u" * 70_000)
    assert (status, "Traceback" in said) == (2, False)
    status, _, said = uns(folder, "ls", broker=guarded.url, username="uns", password_file=str(bundle))
    assert (status, "Traceback" in said, "no password" in said) == (3, False, True)


def test_verbs_end_with_one_line_where_the_broker_is_not_believed_or_does_not_believe_us(
    tmp_path: Path, authority: Authority, folder: Path, guarded: Mosquitto
) -> None:
    broker, url = secured(tmp_path / "secured", authority, "DNS:another-broker")
    with broker:
        for settings, told in (
            ({"broker": url, "ca_file": str(authority.certificate)}, "certificate is not valid for '127.0.0.1'"),
            ({"broker": url}, "certificate verify failed"),
            ({"broker": guarded.url, "username": "uns", "password": "wrong"}, "Not authorized"),
        ):
            status, printed, said = uns(folder, "ls", **settings)
            assert (status, printed) == (3, "")
            assert told in said
            assert len(said.splitlines()) == 2
            assert "_ssl.c" not in said


@pytest.mark.parametrize(
    ("alternative", "trusted", "told"),
    [
        ("DNS:another-broker", "authority/ca.crt", "certificate is not valid for '127.0.0.1'"),
        ("IP:127.0.0.1", "stranger/ca.crt", "certificate verify failed"),
    ],
)
def test_a_broker_that_is_not_believed_is_told_in_one_line_and_tried_again(
    alternative: str, trusted: str, told: str, tmp_path: Path, authority: Authority, folder: Path
) -> None:
    Authority(tmp_path / "stranger")
    broker, url = secured(tmp_path, authority, alternative)
    with broker, Service(folder, url, ca_file=str(tmp_path / trusted)) as service:
        eventually(lambda: told in service.said(), why=service.said)
        service.ready("hold")
        eventually(lambda: any(told in each for each in service.get("/readyz")["reasons"]))
        assert "Traceback" not in service.said()
        assert service.said().count(told) <= 2  # said once, and once more as the state that it leads to


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that wants a name and a password."""
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(passwords), "uns", "right"], check=True, capture_output=True)
    with mosquitto(tmp_path / "mosquitto", extra=f"allow_anonymous false\npassword_file {passwords}\n") as broker:
        yield broker


def test_a_wrong_password_is_told_and_a_corrected_one_is_taken(
    guarded: Mosquitto, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong\n", encoding="utf-8")
    with Service(folder, guarded.url, username="uns", password_file=str(secret)) as service:
        eventually(lambda: "not authorized" in service.said(), why=service.said)
        service.ready("hold")
        secret.unlink()
        eventually(lambda: "secret" in service.said(), why=service.said)
        secret.write_text("right\n", encoding="utf-8")
        service.ready()
        assert "Traceback" not in service.said()
