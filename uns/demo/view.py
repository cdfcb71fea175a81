"""The demo on a terminal: the namespace as it lives, what was refused and why, and how much goes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from uns.demo.account import Metrics, Sum
from uns.demo.scene import Rejection, Row, Scene

COLOURS = {"good": "green", "uncertain": "yellow", "bad": "red"}
REFUSED = 8
AROUND = 8
"""Lines that frames and headings take."""


@dataclass(slots=True)
class Rates:
    """Messages a second from the machines and governed ones out, over the last few seconds."""

    raw: float = 0.0
    governed: float = 0.0


class View:
    """Rendered anew at each refresh, as tall and as wide as the terminal is then."""

    def __init__(self, scene: Scene, rates: Rates, addresses: Sequence[tuple[str, str]]) -> None:
        self.scene, self.rates, self.addresses = scene, rates, addresses
        self.metrics = Metrics({}, {})

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or console.size.height
        refused = list(self.scene.rejections)[-REFUSED:]
        room = max(height - AROUND - len(refused), 3)
        yield Group(self.heading(), _names(self.scene, room), _refused(refused))

    def heading(self) -> Text:
        outcomes = "  ".join(f"{each} {count}" for each, count in self.metrics.outcomes.items() if count)
        rates = f"{self.rates.raw:.0f} raw/s → {self.rates.governed:.0f} governed/s"
        addresses = "   ".join(f"{name} {address}" for name, address in self.addresses)
        return Text.assemble(("uns demo  ", "bold"), (rates, "cyan"), "   ", outcomes, "\n", (addresses, "dim"))


def _names(scene: Scene, room: int) -> Panel:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=6, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis", justify="right")
    for share in (1, 1, 2):
        table.add_column(ratio=share, no_wrap=True, overflow="ellipsis")
    table.add_row(*(Text(each, style="dim") for each in ("name", "value", "batch", "shift", "product")))
    for row in sorted(_chosen(scene, room)):
        value = Text(row.value, style=COLOURS.get(row.quality, ""))
        table.add_row(Text(row.name), value, Text(row.batch, style="magenta"), Text(row.shift), Text(row.product))
    left = len(scene.rows) - room
    title = f"{len(scene.rows)} governed names" + (
        f", {left} of them below the edge of this terminal" if left > 0 else ""
    )
    return Panel(table, title=title, title_align="left", border_style="green")


def _chosen(scene: Scene, room: int) -> Iterator[Row]:
    """As many names as there is room for, of every site alike; the same ones at each look while none is new."""
    turns = dict[str, int]()
    ranked = []
    for topic in sorted(scene.rows):
        site = scene.rows[topic].name.partition("/")[0]
        turns[site] = turns.get(site, 0) + 1
        ranked.append((turns[site], topic))
    for _, topic in sorted(ranked)[:room]:
        yield scene.rows[topic]


def _refused(rejections: Sequence[Rejection]) -> Panel:
    lines = Text("\n").join(told(each) for each in rejections) if rejections else Text("nothing yet", style="dim")
    lines.no_wrap, lines.overflow = True, "ellipsis"
    return Panel(lines, title="refused, kept in quarantine", title_align="left", border_style="red")


def told(seen: Row | Rejection) -> Text:
    """One line about one message."""
    if isinstance(seen, Rejection):
        return Text.assemble(("✗ ", "red"), seen.address, "  ", (seen.message, "red"), f" ({seen.code})")
    context = " · ".join(each for each in (seen.batch, seen.shift, seen.product) if each)
    return Text.assemble(("✓ ", "green"), seen.name, "  ", (seen.value, COLOURS.get(seen.quality, "")), f"  {context}")


def summary(sums: Sequence[Sum], scene: Scene, metrics: Metrics) -> Text:
    """The closing account: what became of everything, and whether it adds up."""
    outcomes = ", ".join(f"{count} {each}" for each, count in metrics.outcomes.items() if count)
    codes = ", ".join(f"{code} {count}" for code, count in sorted(metrics.findings.items()))
    lines = [Text(f"{len(scene.rows)} governed names; decisions: {outcomes}"), Text(f"findings: {codes}")]
    for each in sums:
        mark, style = ("=", "green") if each.balances else ("≠", "bold red")
        lines.append(Text.assemble(f"{each.left} {each.counted} ", (mark, style), f" {each.expected} {each.right}"))
    return Text("\n").join(lines)
