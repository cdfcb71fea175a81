"""Targets: where one template sends one branch of a rule, judged by the standard, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed, SamplePlace, nearest
from uns.naming.joining import Branch
from uns.naming.levels import Misfit, read_groups, read_path
from uns.naming.measure import Measure, field_of, measure
from uns.naming.parse.scalar import duration_of
from uns.naming.resolution import Refused, Target, TargetField
from uns.naming.rule import Rule, RuleFile
from uns.naming.standard import Contract, Level, Name, Standard
from uns.naming.template import Template, filled_level, kebabed, render_levels, written
from uns.topic import Topic


class Spot(NamedTuple):
    """Where a target is: equipment alone for a record, else a governed topic."""

    equipment: EquipmentPath | None = None
    levels: tuple[Level, ...] = ()
    topic: Topic | None = None
    contract: Contract | None = None
    name: Name | None = None


class Aim(NamedTuple):
    """A rule's template, in the file and standard that judge it."""

    file: RuleFile
    standard: Standard
    rule: Rule
    to: Template | None
    """None only for `record: product`."""
    place: FilePlace

    def outcome(self, branch: Branch, where: SamplePlace) -> Target | Refused:
        """The target that this branch leads to; where it is not legal, everything that is wrong with it."""
        if branch.refusal is not None:
            return self._refused([branch.refusal], branch, where)
        spot = self.spot(branch)
        fields = [field_of(each, branch.captures, self.standard, bool(self.rule.record)) for each in self.rule.fields]
        wrong = [each for each in fields if isinstance(each, Malformed)]
        if isinstance(spot, list):
            return self._refused([*spot, *wrong], branch, where)
        read = self._measure(branch, spot)
        if isinstance(read, Malformed) or wrong:
            return self._refused([*([read] if isinstance(read, Malformed) else []), *wrong], branch, where)
        drawn = tuple(each for each in fields if isinstance(each, TargetField))
        return self._target(branch, spot, read, drawn)

    def spot(self, branch: Branch) -> Spot | list[Malformed]:
        """Equipment, contract, groups and name, each judged by itself."""
        if self.to is None:
            return Spot()
        levels = render_levels(self.to, branch.captures)
        at = len(self.to.levels) if self.rule.record else contract_at(self.to)
        if isinstance(levels, Malformed) or at is None:
            return [levels if isinstance(levels, Malformed) else _no_contract(self.to)]
        placed = self._equipment(levels[:at], branch)
        if self.rule.record:
            return [placed] if isinstance(placed, Malformed) else placed
        contract = self._contract(levels[at][1:])
        groups = read_groups(self.standard, levels[at + 1 : -1])
        name = self._name(levels[at + 1 :])
        wrong = [each for each in (placed, contract, groups and groups.refusal, name) if isinstance(each, Malformed)]
        if wrong or isinstance(placed, Malformed) or isinstance(contract, Malformed) or isinstance(name, Malformed):
            return wrong
        topic = _legal("/".join((self.standard.root, str(placed.equipment), *levels[at:])))
        return [topic] if isinstance(topic, Malformed) else placed._replace(topic=topic, contract=contract, name=name)

    def _equipment(self, levels: tuple[str, ...], branch: Branch) -> Spot | Malformed:
        sites = self.file.sites
        site, *elements = (sites[0], *levels) if len(sites) == 1 else levels or ("",)
        if site not in sites:
            message = f"`{site[:60]}` is no site of `{self.file.stem}`"
            return Malformed("level-not-allowed", message, f"one of {', '.join(sites)}, or translate it with a lookup")
        read = read_path(self.standard, site, elements)
        if isinstance(read, Misfit):
            remedy = self._edit(read, site, elements, branch) or read.refusal.remedy
            return Malformed("level-not-allowed", read.refusal.message, remedy)
        path = _legal("/".join((site, *elements)))
        if isinstance(path, Malformed):
            return path
        if any(level.startswith("_") for level in elements):
            return Malformed("topic-illegal", f"a level of `{path[:60]}` begins with `_`", "translate it with a lookup")
        equipment = EquipmentPath(path)
        if not any(equipment.is_under(owner) for owner in self.file.owns):
            message = (
                f"`{equipment[:60]}` is not under `{', '.join(self.file.owns)[:60]}`, which `{self.file.stem}` owns"
            )
            return Malformed("level-not-allowed", message, "let `where` leave it out, or widen `owns`")
        return Spot(equipment, read)

    def _edit(self, misfit: Misfit, site: str, elements: list[str], branch: Branch) -> str | None:
        """What to write in `to` instead, where `kebab` makes the level one that the standard takes."""
        assert self.to is not None
        level = kebabed(self.to.levels[misfit.at + (len(self.file.sites) > 1)])
        text = filled_level(level, branch.captures)
        if not isinstance(text, str) or text == elements[misfit.at]:
            return None
        changed = read_path(self.standard, site, [*elements[: misfit.at], text])
        return None if isinstance(changed, Misfit) else f"write `{written(level)}` in `to`, which gives `{text}`"

    def _contract(self, wanted: str) -> Contract | Malformed:
        contracts = self.standard.contracts
        return contracts.get(wanted) or _unknown(
            "contract-unknown", f"`_{wanted}` is no contract", wanted, contracts, "_"
        )

    def _name(self, levels: tuple[str, ...]) -> Name | Malformed:
        if not levels:
            return Malformed("name-unknown", "no name stands after the contract", "end the target with a name")
        names = self.standard.names
        return names.get(levels[-1]) or _unknown(
            "name-unknown", f"`{levels[-1][:60]}` is not in the dictionary", levels[-1], names
        )

    def _measure(self, branch: Branch, spot: Spot) -> Measure | Malformed:
        if spot.name is None or spot.contract is None or spot.contract.shape != "value":
            return Measure()
        return measure(branch, self.rule, spot.name, self.file, self.standard)

    def _refused(self, wrong: list[Malformed], branch: Branch, where: SamplePlace) -> Refused:
        return Refused(self.place, tuple(each.at(where) for each in wrong), branch.joined)

    def _target(self, branch: Branch, spot: Spot, read: Measure, fields: tuple[TargetField, ...]) -> Target:
        name = spot.name
        every = duration_of(branch.meant.get("every", ""))
        return Target(
            self.place,
            spot.equipment,
            spot.topic,
            spot.contract,
            replace(name, every=every) if name and every else name,
            read.unit,
            read.scale,
            read.states,
            read.bit,
            fields,
            any(level.registered for level in spot.levels),
            bool(spot.levels) and spot.levels[-1].parallel,
            branch.joined,
        )


def contract_at(template: Template) -> int | None:
    """Which level of a target is its literal `_contract`."""
    for index, level in enumerate(template.levels):
        if level and isinstance(level[0], str) and level[0].startswith("_"):
            return index
    return None


def _legal(text: str) -> Topic | Malformed:
    try:
        return Topic(text)
    except Malformed as refusal:
        return refusal


def _no_contract(template: Template) -> Malformed:
    message = f"no level of `{template.text[:60]}` starts with `_`"
    return Malformed("target-no-contract", message, "say which contract, such as `…/_telemetry/{name}`")


def _unknown(code: str, message: str, wanted: str, known: Iterable[object], before: str = "") -> Malformed:
    likely = nearest(wanted[:60], known)
    remedy = f"did you mean `{before}{likely}`?" if likely else "add it to the standard, or translate it with a lookup"
    return Malformed(code, message, remedy)
