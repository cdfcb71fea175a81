"""Makes the reference pages from the code: settings, commands, findings. `make docs` writes them; a test compares."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

SETTINGS = """\
# Settings

Read from `uns.toml` in the working directory (or the file that `--config` names), then from `UNS_…` variables,
then from the flags of `uns run`; the later wins. A flag is the setting's name with dashes (`--rules-source`); only
`password` has none. `uns check` tells every wrong one with its place.

```toml
broker = "mqtt://127.0.0.1:1883"
rules = "naming_rules"
registry = "sqlite:///uns.db"
```

| setting | variable | default | |
|---|---|---|---|
"""
COMMANDS = """\
# The command line

Exit status: 0 all well, 1 errors found or a negative answer, 2 wrong use or wrong settings, 3 something needed
is unreachable, or another process took over. Results go to standard output, everything else to standard error.

"""
FINDINGS = """\
# Findings

One thing that is wrong, told the same way everywhere: on the command line, over REST, in quarantine. An *error*
in a file keeps the change set out of force; a sample with an error is kept in quarantine. Each says where, what
and what to do. The examples are what the tests produce: a line of a file, or messages (each received at
2025-11-20T00:53:20Z, with what the registry or the broker says), and what is found.

Of one code in one file the first 100 errors, 100 warnings and 20 notes are told one by one; a last one says how many
more there are.

"""
PATHS, END = "<!-- paths -->\n", "<!-- end of paths -->"


def settings_page() -> str:
    """Every setting, its default and what it is for."""
    from uns.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        rows.append(f"| `{name}` | `UNS_{name.upper()}` | {default} | {field.description or ''} |\n")
    return SETTINGS + "".join(rows)


def commands_page() -> str:
    """Every verb with its arguments, options and example."""
    import typer

    from uns.cli import load_verbs
    from uns.cli.app import app

    load_verbs()
    lines = []
    for path, verb in _verbs(typer.main.get_command(app), "uns"):
        context = verb.make_context(path, [], resilient_parsing=True)
        lines += [f"## `{path}`", "", (verb.help or "").strip(), ""]
        rows = [record for each in verb.get_params(context) if (record := each.get_help_record(context))]
        if rows:
            lines += ["| | |", "|---|---|", *(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows), ""]
    return COMMANDS + "\n".join(lines)


def _verbs(command: object, path: str) -> Iterator[tuple[str, object]]:
    for name, verb in sorted(command.commands.items()):
        if hasattr(verb, "commands"):
            yield from _verbs(verb, f"{path} {name}")
        else:
            yield path if name == getattr(command, "plain", None) else f"{path} {name}", verb


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def findings_page() -> str:
    """Every code, what it means, and an example that a test produces."""
    from support.findings import examples

    from uns.codes import CODES

    shown, lines = examples(), []
    for code, entry in CODES.items():
        meaning, severity = f"{entry.meaning[0].upper()}{entry.meaning[1:]}", entry.severity.value.capitalize()
        lines += [f"## `{code}`", "", f"{meaning}. *{severity}, in {entry.found_in}.*", ""]
        lines += ["```text", shown[code], "```", ""] if code in shown else ["Nothing gives it yet.", ""]
    return FINDINGS + "\n".join(lines)


def rest_page() -> str:
    """The guide as it stands, with every path of the API between its two marks."""
    from uns.api.app import create_app
    from uns.settings import Settings

    paths = create_app(Settings()).openapi()["paths"]
    rows = [
        f"| `{method.upper()} {path}` | {_cell(said['summary'])} |\n"
        for path, methods in sorted(paths.items())
        for method, said in methods.items()
    ]
    before, _, rest = (HERE / "rest.md").read_text("utf-8").partition(PATHS)
    return f"{before}{PATHS}\n| path | |\n|---|---|\n{''.join(rows)}\n{END}{rest.partition(END)[2]}"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "findings.md": findings_page,
    "rest.md": rest_page,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")
