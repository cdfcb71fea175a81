"""A verb that has others below it, and is also a verb by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class Asking(TyperGroup):
    """What names none of the verbs below is for the plain one."""

    plain: ClassVar[str] = "at"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and args[0] in self.commands and args[0] != self.plain
        return super().parse_args(ctx, args if named else [self.plain, *args])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return None if name == self.plain else name, command, rest
