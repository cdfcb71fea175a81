"""`uns registry remove`: what was entered in error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, fail, out, settings, show_json
from uns.cli.registry import KindArgument, verbs

if TYPE_CHECKING:
    from collections.abc import Sequence


@verbs.command("remove")
def remove_(
    kind: KindArgument,
    key: Annotated[list[str], typer.Argument(help="what it is called, and where: B-1001 dallas/packaging/line-3")],
    why: Annotated[str | None, typer.Option("--why", help="a word for the history")] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Take out what was entered in error; what was believed until now stays in the history.

    Named are batches by ID and EQUIPMENT, products by ID, equipment by PATH, shifts by SITE and ID, shift-exceptions by
    SITE, DATE and ID. The first word alone takes all that it names. What is over, or gone, wants a stop instead.

    Example: `uns registry remove shifts dallas early --why 'of another site'`
    """
    from uns.cli.registered import person, registry, standard_of
    from uns.naming.equipment import without_root
    from uns.registry.removal import KEYS, StillNamed, remove
    from uns.registry.writing import Author

    columns = KEYS[kind.value][1]
    if len(key) > len(columns):
        fail(WRONG_USE, f"{' '.join(key)} are too many words", f"{kind.value} are named by {' and '.join(columns)}")
    chosen = settings(config)
    with registry(chosen) as engine:
        standard = standard_of(chosen, engine)
        places = ("equipment", "path")
        words = [without_root(standard, word.strip("/")) if column in places else word
                 for column, word in zip(columns, key, strict=False)]  # fmt: skip
        try:
            removed = remove(engine, kind.value, words, Author(person(), time.time_ns(), why))
        except StillNamed as named:
            fail(NEGATIVE, str(named), named.remedy)
    _tell(removed, kind.value, key, as_json)


def _tell(removed: int, kind: str, key: Sequence[str], as_json: bool) -> None:
    if not removed:
        fail(NEGATIVE, f"the registry has no {kind} {' '.join(key)}", f"uns registry list {kind}")
    if as_json:
        show_json({"removed": removed})
    else:
        out.print(f"{removed} removed", markup=False)
