"""`uns ls`: the namespace as a tree, from what the broker keeps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import NEGATIVE, WRONG_USE, Config, Json, app, fail, one_line, out, settings, show_json

if TYPE_CHECKING:
    from aiomqtt import Message
    from rich.text import Text
    from rich.tree import Tree

    from uns.api.models import Node

WIDEST = 24
"""Characters of a reading up to which all of one parent are aligned."""


@app.command("ls")
def ls(
    path: Annotated[str, typer.Argument(help="where to begin, with or without the root", metavar="PATH")] = "",
    depth: Annotated[int, typer.Option("--depth", help="levels below it", min=0, max=200)] = 200,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """The namespace as a tree, with values, units and age.

    Example: `uns ls dallas/packaging --depth 3`
    """
    from rich.tree import Tree

    from uns.api.changes import Changes
    from uns.api.namespace import MAX_TOPICS, Namespace
    from uns.api.shown import Budget, node_of
    from uns.broker.guest import payload_of, user_properties
    from uns.broker.kept import read_kept
    from uns.cli.governed import at_broker, below_root
    from uns.cli.project import draft_of

    chosen = settings(config)
    bundle = draft_of(chosen)
    root = bundle.standard.root
    start = _start(below_root(path.strip("/"), root) if path.strip("/") else root)
    namespace = Namespace(Changes("", max_changes=0))
    namespace.clear(root)

    def take(message: Message) -> None:
        namespace.take(message.topic.value, payload_of(message), user_properties(message), True, time.time_ns())

    at_broker(chosen, read_kept(chosen, "ls", f"{start}/#", take))
    if start not in namespace.nodes and not as_json:
        fail(NEGATIVE, f"the broker keeps nothing at {start}", "`uns watch` shows what is published now")
    node = node_of(start, namespace, bundle, time.time_ns(), depth, Budget(2 * MAX_TOPICS))
    if as_json:
        show_json(node.model_dump(mode="json"))
        raise typer.Exit(0 if start in namespace.nodes else NEGATIVE)

    out.print(_grown(node, Tree(one_line(node.path) if node.value is None else _line(node))))


def _start(path: str) -> str:
    from uns.finding import Malformed
    from uns.topic import Topic

    try:
        return Topic(path)
    except Malformed as error:
        fail(WRONG_USE, str(error), "name one place in the tree; `uns watch` and the REST API's /values take filters")


def _grown(node: Node, tree: Tree) -> Tree:
    """The children below their parent; values of one parent stand in columns."""
    from uns.cli.governed import reading

    children = node.children or ()
    values = [(each.name, each.value) for each in children if each.value is not None]
    names = max((len(name) for name, _ in values), default=0)
    readings = max((min(len(reading(value)), WIDEST) for _, value in values), default=0)
    for child in children:
        _grown(child, tree.add(_line(child, names, readings)))
    return tree


def _line(node: Node, names: int = 0, readings: int = 0) -> Text:
    from rich.text import Text

    from uns.cli.governed import ago, context, reading

    if node.value is None:
        more = " …" if node.children is None else ""
        return Text.assemble((one_line(node.name), "bold" if node.kind == "site" else ""), (more, "dim"))
    style = "red" if node.rogue else "yellow" if node.value.quality not in (None, "good") else "green"
    beside = " · ".join(filter(None, (f"{ago(node.value.age):>6} ago", context(node.value))))
    shown = f"{reading(node.value):<{readings}}"
    return Text.assemble(f"{one_line(node.name):<{names}}  ", (shown, style), (f"  {beside}", "dim"))
