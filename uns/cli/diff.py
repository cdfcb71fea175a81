"""`uns context diff`: what corrections changed for readings."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from uns.cli.app import WRONG_USE, Config, Json, err, fail, one_line, out, settings, show_json
from uns.cli.context import clock, doubt, equipment_of, moment_of, verbs
from uns.context.shown import as_json as shown
from uns.context.shown import in_words
from uns.instant import SECOND, legible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from uns.context.corrections import Correction, Published
    from uns.equipment import EquipmentPath
    from uns.naming.standard import Standard
    from uns.registry.corrections import Corrected
    from uns.registry.moments import Moment


@verbs.command("diff")
def diff(
    equipment: Annotated[
        str | None, typer.Argument(help="path of the equipment, it and all below; without: everywhere")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="what was recorded after this time, or registry revision")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="and up to this time or revision; default: now", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(help="how many", min=1, max=1000)] = 100,
    cursor: Annotated[str | None, typer.Option(help="where an earlier list stopped", show_default=False)] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """What was believed, what was believed from then on, for which readings, by whose word, and why.

    One line for each correction and each piece of equipment, for event times start ≤ t < stop. `published` is for how
    long readings went out with the old belief.

    Example: `uns context diff dallas/packaging/line-3 --from 0`
    """
    from uns.cli.registered import registry, standard_of

    chosen = settings(config)
    with registry(chosen) as engine:
        standard = standard_of(chosen, engine)
        path = None if equipment is None else equipment_of(equipment, standard)
        if since is None:
            fail(WRONG_USE, "`--from` is missing", "write `--from 2026-11-20T06:30`, or a revision: `--from 17`")
        begin = _moment(since, "--from", path, standard)
        end = None if until is None else _moment(until, "--to", path, standard)
        found = _found(engine, standard, (begin, end), path, cursor, limit)
    if as_json:
        items = [shown(each, standard.root) for each in found.items]
        show_json({"items": items, "next": found.next, "from": str(found.since), "to": str(found.until)})
        return
    _print(found.items, standard)
    more = f"; go on with --cursor {found.next}" if found.next else ""
    err.print(f"{len(found.items)} shown of revisions {found.since} to {found.until}{more}", markup=False)


def _found(
    engine: Engine,
    standard: Standard,
    period: tuple[Moment, Moment | None],
    path: EquipmentPath | None,
    cursor: str | None,
    limit: int,
) -> Corrected:
    from uns.cursor import BadCursor
    from uns.registry.corrections import Period, corrected
    from uns.registry.moments import Unmeant
    from uns.registry.timeline import around

    now = time.time_ns()
    try:
        found = corrected(engine, standard, Period(*period), now, path, cursor, limit)
    except BadCursor as error:
        fail(WRONG_USE, str(error), "take it from `next` of an earlier list")
    except Unmeant as error:
        fail(WRONG_USE, f"--{error.end}: {error}", error.remedy)
    if path is not None and not found.items:
        doubt(path, around(engine, standard, now), standard)
    return found


def _moment(text: str, option: str, path: EquipmentPath | None, standard: Standard) -> Moment:
    """A revision, or a time with an offset or on the clocks of the site, where only one is meant."""
    if path is not None:
        return moment_of(text, standard.sites[path.site].zone, option)
    meant = {moment_of(text, each, option) for each in sorted({site.zone for site in standard.sites.values()})}
    if len(meant) > 1:
        remedy = "write it with an offset, or name the equipment"
        fail(WRONG_USE, f"{option}: `{text[:60]}` is not the same time at every site", remedy)
    return meant.pop()


def _print(found: Iterable[Correction], standard: Standard) -> None:
    rows = [_row(each, standard) for each in found]
    if not rows:
        return
    head = ("recorded", "by", "equipment", "event time", "was → became", "published", "why")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.print(line.rstrip(), style="bold" if row is head else None, markup=False)


def _row(each: Correction, standard: Standard) -> Sequence[str]:
    site, word = standard.sites.get(each.equipment.site), each.word
    zone = ZoneInfo(site.zone if site else "UTC")
    return (
        legible(word.at),
        one_line(word.by),
        one_line(f"{standard.root}/{each.equipment}"),
        f"{clock(each.start, zone)} – {clock(each.stop, zone)}",
        one_line(f"{each.of}: {in_words(each.of, each.was)} → {in_words(each.of, each.became)}"),
        how_long(each.published),
        one_line(word.why or ""),
    )


def how_long(published: Published) -> str:
    """As long as a person wants to know it: `2 h 05 min`."""
    if not published.length:
        return "–" if published.since is None else "late ones only"
    minutes, seconds = divmod(published.length // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    if minutes:
        return f"{minutes} min {seconds:02d} s"
    return f"{published.length / SECOND:.3g} s" if published.length >= SECOND // 1_000 else "under 1 ms"
