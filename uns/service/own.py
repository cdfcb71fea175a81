"""What the service says about itself in the namespace, and what it is told there."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import orjson
from mqtt5 import PublishPacket, QoS, Will

from uns.broker.requests import Filter
from uns.broker.text import escaped
from uns.instance import instance_of
from uns.instant import SECOND, rfc3339
from uns.quarantine import Rejection
from uns.service.drops import Drops
from uns.service.path import Path
from uns.service.seldom import Seldom
from uns.service.topics import DROPPED, OwnTopics
from uns.telemetry import Log

TOLD_A_SECOND: Final = 10
LONGEST_SAID: Final = 300
HEEDED: Final = 20.0
"""Seconds for which we remember that somebody else spoke under our name, or that the broker refused what we said; who
serves speaks every five."""
LAG: Final = 3.0
"""Seconds; a message that is longer on its way to us is older than its receive time says."""


class Own:
    """Birth and last will, the marker behind the backlog, live rejections, and the command `release`."""

    def __init__(self, topics: OwnTopics, path: Path, drops: Drops, log: Log) -> None:
        self.topics, self.path, self.drops, self.log = topics, path, drops, log
        self.run = secrets.token_hex(8)
        """Tells this process from every other that ever bore this instance's name."""
        self._other_at: float | None = None
        self._unheard = -HEEDED, ""
        self._connections = 0
        self._token = b""
        self._marked_at, self._looked_at = 0.0, monotonic()
        self._returned = self._proven = self.lagging = False
        self._rejections, self._releases = Seldom(TOLD_A_SECOND), Seldom(TOLD_A_SECOND)

    def listen(self, topics: OwnTopics) -> list[Filter]:
        """The filters of our own topics; from now on the path hands what comes there to us."""
        self.topics = topics
        listeners: dict[str, Callable[[PublishPacket], None]] = {
            topics.status: self._met,
            topics.marker: self._marked,
            topics.release: self._release,
            DROPPED: self._drops,
        }
        self.path.own = listeners
        return [
            Filter(topics.status, fresh=True, qos=0),
            Filter(topics.marker),
            Filter(topics.release),
            Filter(DROPPED, fresh=True, qos=0),
        ]

    def will(self) -> Will:
        gone = orjson.dumps({"instance": self.topics.instance, "run": self.run, "state": "gone"})
        return Will(
            self.topics.status, payload=gone, qos=QoS.AT_LEAST_ONCE, retain=True, content_type="application/json"
        )

    def connected(self) -> None:
        self._connections += 1
        self._returned = False
        self._awake()

    @property
    def contested(self) -> bool:
        """Whether somebody else says that it is this instance."""
        return self._other_at is not None and monotonic() - self._other_at < HEEDED

    @property
    def unheard(self) -> str:
        """What the broker refuses of what we say about ourselves; empty where it takes it."""
        at, what = self._unheard
        return what if monotonic() - at < HEEDED else ""

    def refused(self, topic: str, reason: str) -> None:
        """Without the marker nobody knows how old a message is, without the status nobody else that we serve."""
        if not self.unheard:
            self.log.error("the broker refused what we say about ourselves", topic=topic, why=reason, remedy="uns acl")
        self._unheard = monotonic(), self.unheard or f"{topic}: {reason}"

    def _met(self, packet: PublishPacket) -> None:
        """Somebody speaks under our name. Whether he has our session only the broker knows: anybody may write here."""
        said = instance_of(packet.payload)
        if said is None or said.state != "running" or said.run in ("", self.run):
            return
        if packet.retain and self._connections == 1:
            return  # the one before us, which had no time to take its leave
        if not self.contested:
            self.log.error(
                "somebody else says that it is this instance", topic=self.topics.status,
                remedy="give each its own `instance`; where there is no other, see who may write there: uns acl",
            )  # fmt: skip
        self._other_at = monotonic()
        self.path.session.contested = True

    def look(self) -> None:
        """Every second: whether what we send ourselves still comes at once, and whether we were asleep meanwhile."""
        now, path = monotonic(), self.path
        asleep, self._looked_at = now - self._looked_at > LAG, now
        overdue = not self._returned and (self._proven or path.backlog) and now - self._marked_at > LAG
        if path.session.connected:
            if asleep or overdue:
                self._lag()
            if (overdue or self._returned) and not path.session.outbox.is_full():
                self.mark()
                path.session.flush()
        path.session.contested = self.contested
        self._awake()

    def _awake(self) -> None:
        """Whatever comes much later than this finds us waking up."""
        self.path.fresh_until = self.path.clock() + int(LAG * SECOND)

    def _lag(self) -> None:
        self.path.backlog = True
        if not self.lagging:
            self.lagging = True
            self.log.warning("messages come late: readings without a time of their own get no batch, shift or product")

    def mark(self) -> None:
        """Send ourselves a message through the session: what comes before it was queued at the broker."""
        self._token, self._marked_at, self._returned = secrets.token_bytes(8), monotonic(), False
        self.path.publish_own(self.topics.marker, self._token, retain=False)

    def say(self, status: dict[str, Any]) -> None:
        self.path.publish_own(self.topics.status, orjson.dumps({**status, "run": self.run}), retain=True)

    def rejected(self, rejection: Rejection) -> None:
        """Tell who listens; beyond ten a second nobody could read it anyway."""
        if not self._rejections.may():
            return
        told = {
            "topic": rejection.raw.topic,
            "tag": rejection.tag,
            "rule": rejection.rule,
            "site": rejection.site,
            "received": rfc3339(rejection.raw.received),
            "findings": [finding.as_json() for finding in rejection.findings],
        }
        self.path.session.publish_qos0(self.topics.rejected, orjson.dumps(told, default=str))

    def failed(self, topic: str, fault: Exception) -> None:
        """Loud: this is never the machine's fault, nor the engineer's."""
        last = traceback.extract_tb(fault.__traceback__)[-1]
        self.log.critical(
            "this program failed at a message, which is kept in quarantine; please report it",
            topic=escaped(topic[:LONGEST_SAID]), fault=repr(fault)[:LONGEST_SAID], at=f"{last.filename}:{last.lineno}",
        )  # fmt: skip

    def _marked(self, packet: PublishPacket) -> None:
        if packet.payload != self._token:
            return
        self._returned = self._proven = True
        if self.path.backlog and monotonic() - self._marked_at <= LAG:
            self.path.backlog = self.lagging = False
            self.log.info("the backlog is through")

    def _release(self, packet: PublishPacket) -> None:
        topic = packet.payload.decode("utf-8", "replace")
        owner = self.path.publisher.release(topic)
        done = "a claim was ended by command" if owner else "a claim was to be ended that nobody has"
        if owner or self._releases.may():
            self.log.info(done, topic=escaped(topic[:LONGEST_SAID]), **({"owner": owner} if owner else {}))
        reply = packet.response_topic
        if reply is not None and reply.startswith(f"{self.topics.replies}/"):
            self.path.publish_own(reply, orjson.dumps({"topic": topic, "owner": owner}), retain=False)

    def _drops(self, packet: PublishPacket) -> None:
        more = self.drops.more(packet.payload)
        if more:
            self.path.tallies.gap("dropped", self.path.clock())
            self.log.error("the broker dropped messages; raise its max_queued_messages", more=more)
