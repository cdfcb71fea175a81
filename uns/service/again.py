"""A message of quarantine on its way once more: of what it leads to now, only what had been rejected goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final, NamedTuple

from uns.decision import Decision, Ignore, Observe, Publish, Reject
from uns.finding import Finding, SamplePlace, found
from uns.ledger import Entry
from uns.message import RawMessage, Sample
from uns.service.underway import Under

NONE: Final = frozenset[str]()
Key = tuple[str | None, str] | None
"""Which sample of a message: its tag and where its value stands; None for the message as a whole."""


class Rejected(NamedTuple):
    """An entry of quarantine, and which sample of its message it is of."""

    number: int
    tag: str | None
    pointer: str | None
    """None of a message as a whole."""
    elsewhere: frozenset[str] = NONE
    """Topics of its other targets: what goes there is not its concern."""


class Again(Entry):
    """Nobody acknowledges it, and it is counted as no message; it is safe as any other is."""

    def __init__(
        self, raw: RawMessage, rejected: Sequence[Rejected], published: Set[tuple[str, str]] = frozenset()
    ) -> None:  # fmt: skip
        """`published`: topics and ids of what an earlier process published of it, so that it does not go out twice."""
        super().__init__(0, 0, 0.0, counted=False)
        self.raw, self.rejected, self.published = raw, rejected, published
        self.under: Under | None = None
        self.rejects: list[Reject] = []
        self._samples: dict[int, set[Key]] = {}
        """Of each entry those that it is about, as its message is read now."""

    def among(self, decisions: Sequence[Decision], under: Under) -> list[Decision | None]:
        """Those that are of a rejected sample; None in place of each neighbour's, so that they keep their numbers."""
        self.under = under
        keys = [_key(_sample(each)) for each in decisions]
        tagged: dict[str | None, set[Key]] = {}
        every = set(keys)
        for key in every:
            tagged.setdefault(key[0] if key else None, set()).add(key)
        self._samples = {each.number: _matching(each, every, tagged) for each in self.rejected}
        wanted: dict[Key, list[Rejected]] = {}
        for rejected in self.rejected:
            for key in self._samples[rejected.number]:
                wanted.setdefault(key, []).append(rejected)
        return [
            each if _is_wanted(each, wanted.get(key, ())) and not self._has(each) else None
            for each, key in zip(decisions, keys, strict=True)
        ]

    def refuse(self, rejects: Sequence[Reject]) -> None:
        self.rejects += rejects

    def against(self, rejected: Rejected) -> tuple[str | None, tuple[Finding, ...]]:
        """The rule that refused the entry once more, and its findings; none where it is through."""
        if not self._samples[rejected.number]:
            return None, (_absent(self.raw.topic, rejected),)
        keys = self._samples[rejected.number]
        ours = [each for each in self.rejects if _key(each.sample) in keys and _is_wanted(each, [rejected])]
        rejects = [each for each in self.rejects if each.sample is None] + ours
        rule = next((str(each.rule) for each in rejects if each.rule is not None), None)
        return rule, tuple(finding for each in rejects for finding in each.findings)

    def _has(self, decision: Decision) -> bool:
        return isinstance(decision, Publish) and (decision.topic, decision.id) in self.published


def _sample(decision: Decision) -> Sample | None:
    return decision.would.sample if isinstance(decision, Observe) else decision.sample


def _is_wanted(decision: Decision, by: Iterable[Rejected]) -> bool:
    topic = _topic(decision)
    return any(topic not in each.elsewhere for each in by)


def _topic(decision: Decision) -> str | None:
    """Where it goes, or would have gone."""
    if isinstance(decision, Observe):
        return _topic(decision.would)
    target = None if isinstance(decision, Ignore) else decision.target
    return target.topic if target is not None else None


def _key(sample: Sample | None) -> Key:
    return None if sample is None or sample.undecoded else (sample.tag, sample.pointer)


def _matching(rejected: Rejected, keys: set[Key], by_tag: Mapping[str | None, set[Key]]) -> set[Key]:
    """By tag, and by place where several have that tag or none has: rules of now may read either otherwise."""
    if None in keys or (rejected.pointer is None and rejected.tag is None):
        return keys
    tagged = by_tag.get(rejected.tag, set())
    if len(tagged) == 1:
        return tagged
    return {key for key in (tagged or keys) if key is not None and key[1] == rejected.pointer} or tagged


def _absent(topic: str, rejected: Rejected) -> Finding:
    what = "this reading" if rejected.tag is None else f"a reading `{rejected.tag}`"
    return found(
        "payload-no-reading",
        f"as it is read now, the message does not hold {what} any more",
        f"check its source, or give it up: uns quarantine discard {rejected.number}",
        SamplePlace(topic, rejected.tag, rejected.pointer),
    )
