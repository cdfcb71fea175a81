"""`standard.yaml`: levels, sites, the dictionary; a broken entry keeps its name, so that it is not unknown besides."""

from __future__ import annotations

from typing import Final, cast, get_args

from uns.decode.source import ClockLimits
from uns.equipment import EquipmentPath
from uns.finding import Malformed
from uns.naming.node import Leaf, Members, Node
from uns.naming.parse.contracts import read_contracts
from uns.naming.parse.form import Form
from uns.naming.parse.names import read_names
from uns.naming.parse.report import Report
from uns.naming.parse.scalar import unit, zone
from uns.naming.parse.scope import Scope
from uns.naming.parse.sources import PRESET_KEYS, check_read, read_clock
from uns.naming.parse.states import read_named_states
from uns.naming.parse.suggestion import did_you_mean
from uns.naming.parse.tables import read_lookups
from uns.naming.standard import Level, Role, Site, Standard
from uns.naming.where import check_where
from uns.topic import Topic

_KEYS: Final = (
    "enterprise", "root", "clock", "sites", "levels", "groups", "names", "units", "states", "lookups", "reads",
    "contracts",
)  # fmt: skip
_LEVEL_KEYS: Final = ("name", "role", "values", "pattern", "optional", "local", "registered", "parallel")
ROLES: Final = get_args(Role)
_ANYTHING: Final = ".+"
MAX_VALUES: Final = 10_000


def read_standard(node: Node, scope: Scope) -> Standard | None:
    """The standard; None only where nobody can tell the root of the governed tree."""
    report = scope.report
    required = ("enterprise", "sites", "levels", "names", "contracts")
    form = Form(node, "the standard", _KEYS, report, required)
    root = _root(form, report)
    scope.units = _units(form, report)
    groups = Form(form.node("groups") or Members(node.place, ()), "`groups`", ("pattern", "depth"), report)
    depth = groups.whole("depth", 0, 100)
    standard = Standard(
        root=root or "",
        place=node.place,
        levels=_levels(form, report),
        sites=_sites(form, report),
        names=read_names(form, scope),
        contracts=read_contracts(form, report),
        clock=read_clock(form, ClockLimits(), report),
        group_pattern=_pattern(groups, report) or "[a-z][a-z0-9-]{0,31}",
        group_depth=2 if depth is None else depth,
        units=scope.units,
        states=read_named_states(form, scope),
        lookups=read_lookups(form, scope),
        reads=_reads(form, report),
    )
    return standard if root else None


def _root(form: Form, report: Report) -> str | None:
    enterprise = form.leaf("enterprise")
    leaf = form.leaf("root") if form.has("root") else enterprise
    return None if leaf is None else path_of(leaf, report)


def path_of(leaf: Leaf, report: Report) -> EquipmentPath | None:
    """Levels that may stand in a governed topic, none of them a contract's."""
    try:
        return EquipmentPath(leaf.text)
    except Malformed as error:
        report.add("key-value", error.message, error.remedy, leaf.place)
        return None


def _units(form: Form, report: Report) -> dict[str, str]:
    units: dict[str, str] = {}
    for key, node in form.entries("units"):
        leaf = form.as_leaf(key.text, node)
        if leaf is not None:
            units[key.text] = unit(leaf.text, {}, leaf.place, report) or leaf.text
    return units


def _sites(form: Form, report: Report) -> dict[str, Site]:
    known = [
        leaf.text
        for node in form.items("levels")
        if isinstance(node, Members) and isinstance(leaf := node.get("name"), Leaf)
    ]
    return {key.text: _site(key, node, known, report) for key, node in form.entries("sites") if _is_level(key, report)}


def _site(key: Leaf, node: Node, levels: list[str], report: Report) -> Site:
    form = Form(node, f"site `{key.text}`", ("zone", "without"), report, required=("zone",), home=key.place)
    without = form.leaves("without")
    for leaf in without:
        if leaf.text not in levels:
            remedy = did_you_mean(leaf.text[:60], levels)
            report.add("key-value", f"`{leaf.text[:60]}` is no level", remedy, leaf.place)
    return Site(key.text, zone(form.leaf("zone"), report) or "UTC", key.place, frozenset(leaf.text for leaf in without))


def _is_level(key: Leaf, report: Report) -> bool:
    """Whether a name can be one level of a topic."""
    try:
        Topic(key.text)
    except Malformed as error:
        report.add("key-value", error.message, error.remedy, key.place)
        return False
    if "/" in key.text or key.text.startswith("_"):
        report.add(
            "key-value", f"`{key.text[:60]}` is not one level", "write a name without `/` and `_` in front", key.place
        )
        return False
    return True


def _levels(form: Form, report: Report) -> tuple[Level, ...]:
    levels: dict[str, Level] = {}
    for node in form.items("levels"):
        level = _level(node, report)
        if level is None:
            continue
        if level.name in levels:
            also = levels[level.name].place.line
            report.add(
                "key-duplicate", f"level `{level.name}` stands twice, also line {also}", "rename one", level.place
            )
        levels.setdefault(level.name, level)
    return tuple(levels.values())


def _level(node: Node, report: Report) -> Level | None:
    name = node.get("name") if isinstance(node, Members) else None
    what = f"level `{name.text[:60]}`" if isinstance(name, Leaf) else "the level"
    form = Form(node, what, _LEVEL_KEYS, report, required=("name", "role"), home=name.place if name else None)
    leaf = form.leaf("name")
    if leaf is None:
        return None
    values = tuple(each.text for each in form.leaves("values", MAX_VALUES)) if form.has("values") else None
    pattern = _pattern(form, report)
    if not form.has("values") and not form.has("pattern"):
        form.missing("values", "list its `values`, or give a `pattern`")
    if values is None and pattern is None:
        pattern = _ANYTHING
    flags = {key: form.flag(key) for key in ("optional", "local", "registered", "parallel")}
    role = cast(Role, form.choice("role", ROLES, ROLES[-1]))
    return Level(leaf.text, leaf.place, values, pattern, **flags, role=role)


def _pattern(form: Form, report: Report) -> str | None:
    leaf = form.leaf("pattern")
    if leaf is None:
        return None
    try:
        check_where(leaf.text)
    except Malformed as error:
        report.malformed(error, leaf.place)
        return _ANYTHING
    return leaf.text


def _reads(form: Form, report: Report) -> dict[str, Members]:
    """Presets of the standard: source keys, spread out where a source names them."""
    presets: dict[str, Members] = {}
    for key, node in form.entries("reads"):
        preset = Form(node, f"preset `{key.text[:60]}`", PRESET_KEYS, report, home=key.place)
        base = preset.leaf("read")
        if base is not None:
            check_read(base, (), report)
        presets[key.text] = preset.members
    return presets
