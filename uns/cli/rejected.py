"""Which entries of quarantine a verb is about: the same arguments and options for each of them."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_type_hints

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, fail

if TYPE_CHECKING:  # a verb must not load a database to say what it does
    from uns.registry.entries import Filter

MOST_IDS = 1_000
Ids = Annotated[list[int] | None, typer.Argument(help="as `list` shows them; default all that fit", metavar="[ID…]",
                                                 min=1, max=2**63 - 1, show_default=False)]  # fmt: skip
Text = Annotated[str | None, typer.Option(show_default=False)]
Since = Annotated[str | None, typer.Option(help="received at or after, RFC 3339", show_default=False)]
Until = Annotated[str | None, typer.Option(help="received before, RFC 3339", show_default=False)]


class Which(NamedTuple):
    """What the command line says of them; nothing is all that are kept."""

    ids: Ids = None
    topic: Text = None
    tag: Text = None
    rule: Text = None
    code: Text = None
    site: Text = None
    instance: Text = None
    since: Since = None
    until: Until = None

    def filter(self) -> Filter:
        from uns.finding import Malformed, known_code
        from uns.registry.entries import Filter

        ids = tuple(self.ids or ())
        if len(ids) > MOST_IDS:
            fail(WRONG_USE, f"{len(ids)} entries are named", f"name up to {MOST_IDS}, or what they have in common")
        if self.code is not None:
            try:
                known_code(self.code)
            except Malformed as error:
                fail(WRONG_USE, error.message, error.remedy)
        since, until = _instant("--since", self.since), _instant("--until", self.until)
        return Filter(self.topic, self.tag, self.rule, self.code, self.site, "kept", since, until, ids, self.instance)

    def __str__(self) -> str:
        """As one writes it behind a verb."""
        options = [f" --{name} {shlex.quote(text)}" for name, text in self._asdict().items() if text and name != "ids"]
        return "".join([*(f" {each}" for each in self.ids or ()), *options])


def about_entries(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with what says which entries in place of its first parameter."""
    return _with(verb, tuple(Which._fields))


def about_kinds(verb: Callable[..., None]) -> Callable[..., None]:
    """As `about_entries`, without single ones."""
    return _with(verb, tuple(each for each in Which._fields if each != "ids"))


def _with(verb: Callable[..., None], names: tuple[str, ...]) -> Callable[..., None]:
    def run(**given: Any) -> None:
        which = Which(**{name: given.pop(name) for name in names})
        verb(which, **given)

    hints = get_type_hints(Which, include_extras=True)
    options = [inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hints[each])
               for each in names]  # fmt: skip
    own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
    every = [*options, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in every}
    run.__doc__, run.__name__ = verb.__doc__, verb.__name__
    return run


def _instant(option: str, text: str | None) -> int | None:
    from uns.context.believable import WRITABLE
    from uns.instant import from_text

    if text is None:
        return None
    instant = from_text(text.upper(), UTC)
    if instant is None or instant not in WRITABLE:
        fail(WRONG_USE, f"{option} {text!r} is no time", "write RFC 3339, such as 2026-11-20T10:00:00Z")
    return instant


def entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def missing(which: Which, found: int) -> None:
    """A negative answer where some were named that quarantine does not keep."""
    lacking = len(set(which.ids or ())) - found
    if lacking > 0:
        fail(NEGATIVE, f"quarantine does not keep {lacking} of these", "`uns quarantine list` shows what it keeps")
