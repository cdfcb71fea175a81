"""Where a finding on a rule stands: the value of its key, or the rule's id where the key is not written."""

from __future__ import annotations

from uns.finding import FilePlace
from uns.naming.rule import Rule


def place(rule: Rule, key: str) -> FilePlace:
    """`to/1` is the second target's place, or `to`'s where there is but one."""
    return rule.places.get(key) or rule.places.get(key.partition("/")[0]) or rule.place
