"""The demo from beginning to end: broker, registry, service, machines, a look at it all, and an account."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console
from rich.live import Live

from uns.broker.guest import heeding
from uns.demo.account import Metrics, Sum, account
from uns.demo.furnish import furnish
from uns.demo.material import Material
from uns.demo.mosquitto import Mosquitto
from uns.demo.plant import messages
from uns.demo.scene import Rejection, Row, Scene
from uns.demo.service import Service, ServiceFailed
from uns.demo.simulate import Simulation
from uns.demo.view import Rates, View, summary, told
from uns.demo.watch import watch
from uns.instant import MILLISECOND

ROOT: Final = "acme"
SETTLED_WITHIN: Final = 15.0
REFRESH: Final = 4
PLAIN_EVERY: Final = 5.0
RATE_OVER: Final = 5


class Demo:
    """One run. `seconds` is None for one that lasts until somebody ends it."""

    def __init__(self, out: Console, seconds: float | None, seed: int) -> None:
        self.out, self.seconds, self.seed = out, seconds, seed
        self.scene, self.rates = Scene(ROOT), Rates()
        self.stop = asyncio.Event()
        self._told = set[str]()

    async def run(self) -> bool:
        """Whether the account balances. MosquittoMissing or ServiceFailed where there is nothing to look at."""
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(each, self.stop.set)
        self.out.print("starting a broker, a registry and the service …")
        material = Material.found()
        with TemporaryDirectory(prefix="uns-demo-") as name:
            folder = Path(name)
            with Mosquitto(material.mosquitto, folder / "mosquitto") as broker:
                return await self._with_service(material, folder, broker)

    async def _with_service(self, material: Material, folder: Path, broker: Mosquitto) -> bool:
        registry = f"sqlite:///{folder / 'registry.db'}"
        findings = furnish(registry, material)
        if findings:
            raise ServiceFailed("\n".join(map(str, findings)))
        service = Service(broker.url, registry, material, folder)
        await service.start()
        granted = asyncio.Event()
        watching = asyncio.create_task(heeding(watch(broker.port, self.scene, self._see, granted)))
        try:
            await self._unless_stopped(asyncio.gather(granted.wait(), service.ready()))
            return self.stop.is_set() or await self._with_machines(broker, service, watching)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await service.stop()

    async def _unless_stopped(self, awaited: asyncio.Future[Any]) -> None:
        """Wait for it, or until somebody ends the demo; its failure is ours."""
        stopped = asyncio.create_task(self.stop.wait())
        done, pending = await asyncio.wait([awaited, stopped], return_when=asyncio.FIRST_COMPLETED)
        for each in pending:
            each.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for each in done:
            each.result()

    async def _with_machines(self, broker: Mosquitto, service: Service, watching: asyncio.Task[None]) -> bool:
        start = time.time_ns() // MILLISECOND * MILLISECOND
        simulation = Simulation(broker.port, messages(self.seed, start))
        addresses = [
            ("REST", f"http://{service.api}/docs"),
            ("MQTT", broker.url),
            ("metrics", f"http://{service.health}/metrics"),
        ]
        view = View(self.scene, self.rates, addresses)
        machines = asyncio.create_task(heeding(simulation.run()))
        try:
            await self._until_over([machines, watching], service.ended(), self._show(view, service, simulation))
            simulation.stop()
            await machines
        finally:
            machines.cancel()
            await asyncio.gather(machines, return_exceptions=True)
        metrics, sums = await self._settled(service, simulation)
        self.out.print(summary(sums, self.scene, metrics))
        return all(each.balances for each in sums)

    async def _until_over(self, clients: list[asyncio.Task[None]], *others: Coroutine[Any, Any, None]) -> None:
        """Until the time is over or somebody ends it; whatever fails before, fails the demo. The clients go on."""
        tasks = [asyncio.create_task(each) for each in others]
        over = asyncio.create_task(self._over())
        try:
            done, _ = await asyncio.wait([*clients, over, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in (over, *tasks):
                each.cancel()
            await asyncio.gather(over, *tasks, return_exceptions=True)

    async def _over(self) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), self.seconds)
        except TimeoutError:
            pass

    async def _settled(self, service: Service, simulation: Simulation) -> tuple[Metrics, list[Sum]]:
        """The account once everything that was sent has had its time."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while True:
            metrics = await asyncio.to_thread(Metrics.read, service.health)
            sums = account(metrics, simulation.sent, self.scene.governed)
            if all(each.balances for each in sums) or time.monotonic() > deadline:
                return metrics, sums
            await asyncio.sleep(0.2)

    async def _show(self, view: View, service: Service, simulation: Simulation) -> None:
        if not self.out.is_terminal:
            self.out.print(f"the plant is running; {'   '.join(' '.join(each) for each in view.addresses)}")
            await self._follow(view, service, simulation, PLAIN_EVERY)
        with Live(view, console=self.out, refresh_per_second=REFRESH, screen=True):
            await self._follow(view, service, simulation, 1.0)

    async def _follow(self, view: View, service: Service, simulation: Simulation, every: float) -> None:
        """Rates and counters, for ever."""
        seen = deque([(time.monotonic(), 0, 0)], maxlen=RATE_OVER + 1)
        while True:
            await asyncio.sleep(every)
            seen.append((time.monotonic(), simulation.sent, self.scene.governed))
            span = seen[-1][0] - seen[0][0]
            self.rates.raw, self.rates.governed = ((seen[-1][each] - seen[0][each]) / span for each in (1, 2))
            view.metrics = await asyncio.to_thread(Metrics.read, service.health)
            if not self.out.is_terminal:
                self.out.print(view.heading())

    def _see(self, seen: Row | Rejection) -> None:
        """Without a terminal: a line for what is new, each name with each batch, each kind of rejection."""
        key = f"{seen.address} {seen.code}" if isinstance(seen, Rejection) else f"{seen.name} {seen.batch}"
        if not self.out.is_terminal and key not in self._told:
            self._told.add(key)
            self.out.print(told(seen))
