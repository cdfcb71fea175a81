"""What a schema says of a value: a verdict for the message path, and the same in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

from uns.schema.words import Violation, violation

MAX_VIOLATIONS: Final = 20


class Compiled(Protocol):
    """What jsonschema-rs makes of a schema."""

    def is_valid(self, instance: Any) -> bool: ...

    def iter_errors(self, instance: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Validator:
    """A compiled schema. It judges any value of JSON; what is none (text that is no Unicode) it refuses."""

    compiled: Compiled
    schema: Any
    indifferent: bool = False
    """Whether, of a `value` payload, its time and which number or text it holds make no difference."""

    def is_valid(self, instance: Any) -> bool:
        try:
            return self.compiled.is_valid(instance)
        except ValueError:
            return False

    def violations(self, instance: Any) -> list[Violation]:
        """All that is wrong, as far as a person wants to read on; empty exactly where `is_valid`."""
        try:
            errors = list(islice(self.compiled.iter_errors(instance), MAX_VIOLATIONS))
        except ValueError:
            return [Violation("", "the value holds text that is not Unicode", "send it as UTF-8")]
        return list(dict.fromkeys(violation(error, instance, self.schema) for error in errors))
