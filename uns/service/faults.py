"""Faults of this program at a message: none keeps a message from its acknowledgement, or harms another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uns.decision import Reject
from uns.message import RawMessage
from uns.service.refusal import service_fault


class Faults:
    def __init__(self, told: Callable[[str, Exception], None]) -> None:
        self.told = told

    def reject(self, raw: RawMessage, fault: Exception) -> Reject:
        """In place of what could not be decided."""
        self.told(raw.topic, fault)
        return service_fault(raw, fault)

    def tell(self, raw: RawMessage, listener: Callable[..., None], *about: Any) -> None:
        """What is only told must not harm what it tells of."""
        try:
            listener(*about)
        except Exception as fault:  # noqa: BLE001 - it would come again with the message, for ever
            self.told(raw.topic, fault)
