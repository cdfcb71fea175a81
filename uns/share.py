"""The share of the rule files that one instance serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from uns.bundle import Bundle
from uns.finding import FilePlace, Finding, found, nearest

DIVIDE: Final = "end one of them, or divide the files between them with the setting `files`"


def unknown_files(bundle: Bundle, stems: Sequence[str]) -> tuple[Finding, ...]:
    """Of those that an instance is to serve: where one is not there, nobody would listen to its machines."""
    known = [each.stem for each in (*bundle.files, *bundle.elsewhere)]
    return tuple(_unknown(stem, known, bundle.documents.rules_at) for stem in stems if stem not in known)


def _unknown(stem: str, known: list[str], rules_at: str) -> Finding:
    near = nearest(stem, known)
    remedy = f"did you mean `{near}`?" if near else f"name some of {', '.join(known)[:500]}" if known else "add it"
    return found("file-unknown", f"`files` names `{stem}`, and there is no `{stem}.yaml`", remedy, FilePlace(rules_at))


def served_twice(bundle: Bundle, instance: str, stems: Iterable[str]) -> tuple[Finding, ...]:
    """Rule files that we serve and another instance does too."""
    message = f"{instance} serves `{{}}` too, so each of its readings is published twice"
    at = bundle.documents.rules_at
    return tuple(
        found("file-served-twice", message.format(stem), DIVIDE, FilePlace(f"{at}/{stem}.yaml")) for stem in stems
    )
