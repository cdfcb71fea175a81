"""Our session at the broker: it outlives connections, and nothing that was entrusted to it is forgotten in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Final

import mqtt5
from mqtt5 import ConnAckPacket, DisconnectPacket, DisconnectReasonCode, PubAckPacket, PublishPacket, QoS, SubAckPacket

from uns.broker.connection import WITHOUT_A_WORD, Connection
from uns.broker.distrust import in_words
from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outbox, Outgoing
from uns.broker.reasons import TAKEN_OVER, words
from uns.broker.requests import ANSWER_WITHIN, Filter, Requests

RECEIVE_MAXIMUM: Final = 1000
WEEK: Final = 7 * 24 * 3600
LONGEST_WAIT: Final = 30.0
SNATCHED: Final = 5
"""So many connections in a row that the broker closes at once and without a word, while somebody else is about."""
AT_ONCE: Final = 5.0
ENCRYPTED: Final = " before it said anything: where it speaks TLS there, write mqtts://"
NOT_ENCRYPTED: Final = ": where it does not speak TLS there, write mqtt://"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the session tells: each is called on the event loop and returns at once."""

    receive: Callable[[PublishPacket], None]
    accepted: Callable[[Outgoing], None]
    refused: Callable[[Outgoing, str, str], None]
    turned: Callable[[], None]
    """A batch of packets has been taken; whatever is to be written may now be handed in."""
    opened: Callable[[bool], None]
    """Connected; whether the broker still had our session."""
    closed: Callable[[str], None]


class Session:
    """One client at one broker."""

    def __init__(
        self, endpoint: Endpoint, client_id: str, hooks: Hooks, *, chance: Random, clean: bool = False,
        keep_alive: int = 30, will: Callable[[], mqtt5.Will | None] = lambda: None,
        renew: Callable[[Outgoing], None] = lambda outgoing: None,
    ) -> None:  # fmt: skip
        """`will` is asked at each connection; `renew` as in `Outbox`."""
        self.endpoint, self.client_id, self.hooks = endpoint, client_id, hooks
        self.clean, self.keep_alive, self.will, self.chance = clean, keep_alive, will, chance
        self.out: list[bytes] = []
        self.outbox = Outbox(self.out, hooks.accepted, hooks.refused, renew)
        self.connected = False
        self.taken_over = False
        self.contested = False
        """Somebody may want this session as well: come back ever more slowly, or two would take it in turn."""
        self._snatched = 0
        self._welcomed = 0.0
        self.why = "not connected yet"
        """Why there is no connection, in words."""
        self.kept_for = 0
        """Seconds for which the broker keeps our session while we are away."""
        self._window = 0
        self._connection: Connection | None = None
        self._requests = Requests(self.outbox, self._ask, self._heard)
        self._closed: asyncio.Event = asyncio.Event()
        self._stopping = asyncio.Event()
        self._attempt = 0
        self._password: str | None = None
        self._retrying = False
        self._retries = 0
        self._retried = monotonic()

    async def run(self) -> None:
        """Stay connected until `stop`, or until another process takes the session over."""
        while not self._stopping.is_set() and not self.taken_over:
            await self._connect()
            if self._stopping.is_set() or self.taken_over:
                return
            self._attempt += 1
            ceiling = min(LONGEST_WAIT, 0.1 * 2 ** min(self._attempt, 12))
            try:
                await asyncio.wait_for(self._stopping.wait(), self.chance.uniform(ceiling / 2, ceiling))
            except TimeoutError:
                pass

    async def _connect(self) -> None:
        self._closed.clear()
        loop = asyncio.get_running_loop()
        try:
            tls, self._password = self.endpoint.tls_context(), self.endpoint.password()
        except (OSError, ValueError) as error:
            self._unreachable(f"the certificates or the password for {self.endpoint} cannot be read: {in_words(error)}")
            return
        try:
            transport, connection = await asyncio.wait_for(
                loop.create_connection(self.connection, self.endpoint.host, self.endpoint.port, ssl=tls), ANSWER_WITHIN
            )
        except (OSError, TimeoutError) as error:
            hint = NOT_ENCRYPTED if tls and isinstance(error, ConnectionResetError) else ""
            self._unreachable(f"{self.endpoint} cannot be reached: {in_words(error) or 'no answer'}{hint}")
            return
        late = loop.call_later(ANSWER_WITHIN, self._too_late, connection)
        await self._closed.wait()
        late.cancel()
        transport.abort()

    def _unreachable(self, why: str) -> None:
        self._connection, self.why = None, why
        self.hooks.closed(why)

    def connection(self) -> Connection:
        """A new connection, on which nothing has been said yet."""
        self.out.clear()
        hooks = self.hooks
        self._connection = Connection(
            self.out, self._hello, self._take, self.outbox.arrived, hooks.receive, hooks.turned, self._lost
        )
        return self._connection

    def _hello(self) -> bytes:
        password = self._password.encode() if self._password else None
        return mqtt5.ConnectPacket(
            self.client_id, username=self.endpoint.username, password=password,
            clean_start=self.clean, will=self.will(), keep_alive=self.keep_alive,
            session_expiry_interval=self._expiry, receive_max=RECEIVE_MAXIMUM,
        ).write()  # fmt: skip

    @property
    def _expiry(self) -> int:
        return 0 if self.clean else WEEK

    def _too_late(self, connection: Connection) -> None:
        if not self.connected:
            connection.abort(f"{self.endpoint} accepted the connection and does not answer")

    def _lost(self, why: str) -> None:
        was, self.connected, self._connection = self.connected, False, None
        cut = why == WITHOUT_A_WORD or "reset by peer" in why
        self.why = f"{why}{ENCRYPTED}" if cut and not was and not self.endpoint.tls else why
        self._suspect(was and why == WITHOUT_A_WORD and monotonic() - self._welcomed < AT_ONCE)
        self._requests.cut(why)
        self.outbox.cut()
        self._closed.set()
        if was or not self._stopping.is_set():
            self.hooks.closed(self.why)

    def _suspect(self, closed_at_once: bool) -> None:
        """Mosquitto 2.0.11 says nothing to whom a session is taken from; what anybody may publish proves nothing."""
        self._snatched = self._snatched + 1 if closed_at_once and self.contested else 0
        self.taken_over = self.taken_over or self._snatched >= SNATCHED

    def _take(self, packet: mqtt5.Packet) -> None:
        if type(packet) is PubAckPacket:
            self.outbox.answered(packet.packet_id, packet.reason_code, packet.reason_str)
            if self.outbox.to_retry and not self._retrying:
                self._retry_later()
        else:
            self._control(packet)

    def _control(self, packet: mqtt5.Packet) -> None:
        if isinstance(packet, ConnAckPacket):
            self._welcome(packet)
        elif isinstance(packet, (SubAckPacket, mqtt5.UnsubAckPacket)):
            self._requests.answered(packet.packet_id, packet.reason_codes)
        elif isinstance(packet, DisconnectPacket):
            code = packet.reason_code
            self.taken_over = code == TAKEN_OVER
            self._give_up(f"the broker ended the connection, {words(code, packet.reason_str)}")
        elif isinstance(packet, mqtt5.AuthPacket):
            if self._connection is not None:
                self._connection.send(DisconnectPacket(reason_code=DisconnectReasonCode.PROTOCOL_ERROR).write())
            self._give_up("the broker asks for an AUTH exchange, which this client does not speak")

    def _give_up(self, why: str) -> None:
        if self._connection is not None:
            self._connection.abort(why)

    def _welcome(self, packet: ConnAckPacket) -> None:
        code = packet.reason_code
        if code != 0:
            self._give_up(f"{self.endpoint} refused us, {words(code, packet.reason_str)}")
            return
        if packet.max_qos == QoS.AT_MOST_ONCE:
            self._give_up(f"{self.endpoint} takes nothing at QoS 1, so nothing could be promised")
            return
        self.connected, self.why, self._welcomed = True, "", monotonic()
        self._attempt = self._attempt if self.contested else 0
        self._window, granted = packet.receive_max, packet.session_expiry_interval
        self.client_id = packet.assigned_client_id or self.client_id
        self.kept_for = self._expiry if granted is None else granted
        if self._connection is not None:
            # a broker that bears a longer silence may be dead all the same
            self._connection.watch(min(packet.server_keep_alive or self.keep_alive, self.keep_alive))
        self.hooks.opened(packet.session_present)
        self.outbox.open(self._window, packet.max_packet_size, session=packet.session_present)

    def _retry_later(self) -> None:
        self._retrying = True
        self._retries = self._retries + 1 if monotonic() - self._retried < 2 * LONGEST_WAIT else 0
        ceiling = min(LONGEST_WAIT, 0.25 * 2**self._retries)
        asyncio.get_running_loop().call_later(self.chance.uniform(ceiling / 2, ceiling), self._retry)

    def _retry(self) -> None:
        self._retrying, self._retried = False, monotonic()
        if self.connected and self.outbox.to_retry:
            self.outbox.retry(self._window)
            self.flush()

    async def subscribe(self, filters: Sequence[Filter]) -> list[tuple[str, str]]:
        """As `Requests.subscribe`."""
        return await self._requests.subscribe(filters)

    async def unsubscribe(self, patterns: Sequence[str]) -> None:
        await self._requests.unsubscribe(patterns)

    def _ask(self, packet: bytes) -> None:
        if not self.connected:
            raise ConnectionError(self.why)
        self.out.append(packet)
        self.flush()

    def _heard(self) -> float:
        return self._connection.heard if self._connection is not None else 0.0

    def publish_qos0(self, topic: str, payload: bytes) -> None:
        """Say something that nobody needs to have heard."""
        if self.connected:
            self.out.append(PublishPacket(topic, payload, content_type="application/json").write())

    def read_on(self, on: bool) -> None:
        if self._connection is not None:
            self._connection.read_on(on)

    def flush(self) -> None:
        if self._connection is not None:
            self._connection.flush()

    def cut(self, why: str) -> None:
        """Give this connection up; the session, and what is unanswered, goes on with the next."""
        self._give_up(why)

    def begin_again(self, why: str) -> None:
        """Close in good order, once what is due has been written; the session goes on with the next connection."""
        connection = self._connection
        if connection is not None and not connection.why:
            connection.why = why
            asyncio.get_running_loop().call_soon(connection.leave)

    def stop(self, *, forget: bool = False) -> None:
        """Leave the broker; the session stays there unless it was a clean one, or the broker is to forget it."""
        self._stopping.set()
        if self._connection is not None:
            self._connection.leave(0 if forget else None)
