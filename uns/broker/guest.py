"""A guest at the broker: the ready-made client for everything that is not the message path."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self, TypeVar

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from uns.broker.endpoint import endpoint_of
from uns.settings import Settings

T = TypeVar("T")
Sink = Callable[[aiomqtt.Message], None]
TO_LEAVE: Final = 1.0


class Tidy(aiomqtt.Client):
    """A client that leaves nothing behind.

    Cancelled while it connects it comes in, and goes; and it never waits to write to a connection that has ended.
    """

    async def __aenter__(self) -> Self:
        connecting = asyncio.ensure_future(super().__aenter__())
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            await asyncio.wait((connecting,), timeout=TO_LEAVE)
            if not connecting.cancel() and connecting.exception() is None:
                await self.__aexit__(None, None, None)
            raise

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        """The library puts `add_writer` off by one turn of the loop, in which the connection may end and be closed."""

        def write() -> None:
            try:
                client.loop_write()
            except Exception as error:  # noqa: BLE001 - whatever it is, the connection is over, as where it reads
                if not self._disconnected.done():
                    self._disconnected.set_exception(error)

        def wait() -> None:
            if sock.fileno() >= 0:
                self._loop.add_writer(sock.fileno(), write)

        self._loop.call_soon_threadsafe(wait)


def guest(settings: Settings, name: str = "", sink: Sink | None = None) -> aiomqtt.Client:
    """A clean-session client named `<instance>-<name>`; with a sink, messages go there at once."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 0
    endpoint = endpoint_of(settings)
    return Tidy(
        endpoint.host,
        endpoint.port,
        username=endpoint.username,
        password=endpoint.password(),
        identifier=f"{settings.instance}-{name}",
        queue_type=_straight_to(sink) if sink else None,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=True,
        timeout=10,
        keepalive=15,
        properties=properties,
        tls_context=endpoint.tls_context(),
        # What it has to say comes as an error too; said twice, it would stand between our lines without a time.
        logger=logging.Logger(name, logging.CRITICAL + 1),
    )


def tool(settings: Settings, verb: str, sink: Sink | None = None) -> aiomqtt.Client:
    """The client of a verb of the command line; any number of them may run at once."""
    return guest(settings, f"{verb}-{secrets.token_hex(4)}", sink)


async def listen_until(client: aiomqtt.Client, ended: asyncio.Event, seconds: float | None = None) -> None:
    """Until `ended`, the time is over, or the broker has gone; the messages themselves go to the sink."""
    listening, ending = asyncio.ensure_future(_listen(client)), asyncio.ensure_future(ended.wait())
    try:
        await asyncio.wait((listening, ending), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
    finally:
        ending.cancel()
        listening.cancel()
        await asyncio.gather(ending, listening, return_exceptions=True)


async def _listen(client: aiomqtt.Client) -> None:
    async for _ in client.messages:
        pass


async def heeding(work: Coroutine[Any, Any, T]) -> T:
    """Do the work, and leave it for certain when cancelled: a client whose answer comes just then swallows that."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait((working,))
    except asyncio.CancelledError:
        while not working.done():
            working.cancel()
            await asyncio.wait((working,), timeout=TO_LEAVE)
        raise
    return working.result()


def as_published(qos: int = 1, *, kept: bool = True) -> SubscribeOptions:
    """Keep the RETAIN flag as the publisher set it, so that a state can be told from an event.

    `kept`: whether what the broker keeps is asked for, also where the subscription is there already.
    """
    handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if kept else SubscribeOptions.RETAIN_DO_NOT_SEND
    return SubscribeOptions(qos=qos, retainAsPublished=True, retainHandling=handling)


def payload_of(message: aiomqtt.Message) -> bytes:
    """The client's type allows whatever may be sent; what is received is bytes."""
    return bytes(message.payload or b"")


def user_properties(message: aiomqtt.Message) -> dict[str, str]:
    """The user properties of a message; of a name that stands twice, the last."""
    return dict(getattr(message.properties, "UserProperty", ()))


def _straight_to(sink: Sink) -> type[asyncio.Queue[Any]]:
    class Straight(asyncio.Queue[Any]):
        """A queue that holds nothing: the socket is read no faster than the sink takes messages."""

        def put_nowait(self, item: Any) -> None:
            sink(item)

    return Straight
