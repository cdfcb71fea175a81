"""A Mosquitto as a plant runs it: `mosquitto/plant.conf` itself, with TLS, users and the ACL that `uns acl` made."""

from __future__ import annotations

import os
import pwd
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from support.authority import Authority
from support.mosquitto import CONF_D, Mosquitto
from support.waiting import eventually
from uns.demo.mosquitto import free_port

NOT_AUTHORIZED = 0x87


class Guarded(Mosquitto):
    """Everything in `folder`: `etc` stands for /etc/mosquitto. The password of each user is its name, backwards."""

    def __init__(self, folder: Path, acl: str, users: tuple[str, ...]) -> None:
        self.etc, self.tls_port = folder / "etc", free_port()
        (self.etc / "certs").mkdir(parents=True)
        self.authority = Authority(folder / "authority")
        certificate, key = self.authority.sign("broker", "IP:127.0.0.1")
        certificate.rename(self.etc / "certs" / "broker.crt")
        key.rename(self.etc / "certs" / "broker.key")
        (self.etc / "uns.acl").write_text(acl, encoding="utf-8")
        passwords = self.etc / "uns.passwords"
        passwords.touch(mode=0o600)
        for user in users:
            command = ["mosquitto_passwd", "-b", str(passwords), user, user[::-1]]
            subprocess.run(command, check=True, capture_output=True)
        super().__init__(CONF_D, folder)
        eventually(self._takes_machines)

    def _takes_machines(self) -> bool:
        """It opens one listener after the other."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.tls_port)) == 0

    def _of_this_machine(self) -> str:
        text = (CONF_D.parent / "plant.conf").read_text(encoding="utf-8")
        for shipped, here in (
            ("/etc/mosquitto/conf.d", str(CONF_D)),
            ("/etc/mosquitto/", f"{self.etc}/"),
            ("/var/lib/mosquitto/", f"{self.folder / 'data'}/"),
            ("listener 1883 ", f"listener {self.port} "),
            ("listener 8883\n", f"listener {self.tls_port}\n"),
        ):
            assert shipped in text
            text = text.replace(shipped, here)
        return f"{text}user {pwd.getpwuid(os.getuid()).pw_name}\n"


class User:
    """paho-mqtt over TLS, as one of the broker's users."""

    def __init__(self, broker: Guarded, name: str, password: str | None = None) -> None:
        self.heard: list[mqtt.MQTTMessage] = []
        self.refused = ""
        self.announced: Any = None
        """What the broker said of its limits."""
        self._answers: dict[int, int] = {}
        self._granted: list[Any] = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"{name}-client", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(name, password or name[::-1])
        self.client.tls_set_context(ssl.create_default_context(cafile=broker.authority.certificate))
        self.client.on_connect = self._connected
        self.client.on_publish = lambda client, data, mid, code, more: self._answers.update({mid: code.value})
        self.client.on_message = lambda client, data, message: self.heard.append(message)
        self.client.on_subscribe = lambda client, data, mid, codes, more: self._granted.append(codes)
        self.client.connect("127.0.0.1", broker.tls_port)
        self.client.loop_start()
        eventually(lambda: self.client.is_connected() or self.refused)

    def _connected(self, client: Any, data: Any, flags: Any, code: Any, more: Any) -> None:
        self.announced = more
        self.refused = str(code) if code.is_failure else ""

    def publish(self, topic: str, payload: str = "1", retain: bool = False) -> int:
        """The broker's reason code."""
        number = self.client.publish(topic, payload, 1, retain).mid
        eventually(lambda: number in self._answers)
        return self._answers[number]

    def subscribe(self, pattern: str) -> None:
        self.client.subscribe(pattern, 1)
        eventually(lambda: self._granted)

    def topics(self) -> set[str]:
        return {message.topic for message in list(self.heard)}

    def __enter__(self) -> User:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
