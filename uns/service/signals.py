"""Which signal a raw address is: what the collision guard asks."""

from __future__ import annotations

from collections.abc import Hashable

from uns.bundle import Bundle
from uns.naming.resolve import Target
from uns.publisher import Identify


def identify_by(bundle: Bundle) -> Identify:
    """Addresses of one rule with the same captures are one signal: they differ only where its patterns do not look."""

    def identify(source: str, topic: str) -> Hashable | None:
        address, behind, tag = source.partition("#")
        route = bundle.route(address)
        if route is None:
            return None
        resolution = route.resolver.resolve(address, tag if behind else None)
        if not any(isinstance(each, Target) and each.topic == topic for each in resolution.outcomes):
            return None
        return str(resolution.rule), tuple(sorted(resolution.captures.items()))

    return identify
