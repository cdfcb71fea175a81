"""One rule file: its header, sources, tables, rules and tests."""

from __future__ import annotations

from typing import Final, Literal, cast

from uns.equipment import EquipmentPath
from uns.naming.node import Members, Node
from uns.naming.parse.cases import read_cases
from uns.naming.parse.expect import words_of
from uns.naming.parse.form import Form
from uns.naming.parse.rules import MODES, read_rules
from uns.naming.parse.scope import Scope
from uns.naming.parse.sources import read_sources
from uns.naming.parse.standard import path_of
from uns.naming.parse.states import read_named_states
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.parse.tables import read_lookups
from uns.naming.rule import Mode, RuleFile

MAX_OWNED: Final = 1_000
_LATER: Final = ("local", "use")
_KEYS: Final = (
    "site", "owns", "steward", "mode", "unmatched", "sources", "rules", "lookups", "states", "tests", *_LATER,
)  # fmt: skip


def read_rule_file(node: Node, stem: str, scope: Scope) -> RuleFile | None:
    """The file with all that is sound in it; None where it is no mapping or names no site."""
    report = scope.report
    required = ["site", "steward"]
    if not isinstance(node, Members) or node.get("use") is None:
        required += ["sources", "rules"]
    form = Form(node, "the file", _KEYS, report, required)
    for key in _LATER:
        if form.has(key):
            what = "templates" if key == "use" else "local additions"
            report.add("key-value", f"{what} are not supported yet", f"remove `{key}`", form.key_place(key))
    sites = _sites(form, scope)
    mode = cast(Mode, form.choice("mode", MODES, "enforce"))
    states, lookups = read_named_states(form, scope), read_lookups(form, scope)
    sources, every = read_sources(form, _zones(sites, scope), scope)
    rules = read_rules(form, stem, mode, sources, scope)
    file = RuleFile(
        stem=stem,
        path=scope.path,
        sites=sites,
        owns=_owns(form, sites, scope),
        steward=form.text("steward") or "",
        sources=sources,
        rules=rules,
        mode=mode,
        unmatched=cast(Literal["reject", "ignore"], form.choice("unmatched", ("reject", "ignore"), "reject")),
        lookups=lookups,
        states=states,
        cases=read_cases(form, words_of(form, scope)),
        partial=not every,
        places=form.places(),
    )
    return file if sites else None


def _sites(form: Form, scope: Scope) -> tuple[str, ...]:
    known = tuple(scope.standard.sites) if scope.standard else None
    sites: list[str] = []
    for leaf in form.leaves("site"):
        if known is not None and leaf.text not in known:
            remedy = did_you_mean(leaf.text[:60], known, "add it to the standard's `sites`")
            scope.report.add("site-unknown", f"no site `{leaf.text[:60]}` in the standard", remedy, leaf.place)
        elif path_of(leaf, scope.report) is not None:
            sites.append(leaf.text)
    return tuple(dict.fromkeys(sites))


def _zones(sites: tuple[str, ...], scope: Scope) -> tuple[str, ...]:
    if scope.standard is None:
        return ("UTC",)
    return tuple(scope.standard.sites[site].zone for site in sites if site in scope.standard.sites) or ("UTC",)


def _owns(form: Form, sites: tuple[str, ...], scope: Scope) -> tuple[EquipmentPath, ...]:
    """What the file owns: what it says, below its sites, or else the sites themselves."""
    if not form.has("owns"):
        return tuple(EquipmentPath(site) for site in sites)
    owned: list[EquipmentPath] = []
    for leaf in form.leaves("owns", MAX_OWNED):
        path = path_of(leaf, scope.report)
        if path is None:
            continue
        if sites and path.site not in sites:
            message = f"`{path[:100]}` is not at {' or '.join(f'`{site}`' for site in sites[:5])}"
            scope.report.add("owner-outside", message, "begin it with the file's site", leaf.place)
        else:
            owned.append(path)
    return tuple(dict.fromkeys(owned))
