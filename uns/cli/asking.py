"""A verb that has others below it, and is also a verb by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class Asking(TyperGroup):
    """What names none of the verbs below is for the plain one."""

    plain: ClassVar[str] = "at"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and args[0] in self.commands and args[0] != self.plain
        is_left_to_the_shell = not args and ctx.resilient_parsing
        return super().parse_args(ctx, args if named or is_left_to_the_shell else [self.plain, *args])

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The verbs below, and what the plain one takes."""
        plain = self.commands[self.plain]
        asked = plain.make_context(None, [], parent=ctx, resilient_parsing=True)
        below = [each for each in super().shell_complete(ctx, incomplete) if each.value in self.commands]
        return [each for each in below if each.value != self.plain] + plain.shell_complete(asked, incomplete)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return None if name == self.plain else name, command, rest
