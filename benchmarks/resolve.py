"""What it costs to find that no rule takes an address: it should be the same with ten rules and ten thousand.

Run `python benchmarks/resolve.py`. Five styles of rules; each cell is the best time for one address that no rule
takes, never the same address twice, so that nothing is remembered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from uns.finding import FilePlace
from uns.naming.pattern import Pattern
from uns.naming.resolve import Resolver
from uns.naming.rule import Rule, RuleFile, Where
from uns.naming.standard import Standard

SIZES = (10, 100, 1_000, 10_000)
ROUNDS, ADDRESSES = 20, 200
HERE = FilePlace("benchmark.yaml")
STANDARD = Standard("acme", HERE, {}, (), {}, {})

Address = tuple[str, str | None]


def rule(number: int, topic: str, tag: str | None = None, *where: Where) -> Rule:
    parsed = None if tag is None else Pattern.parse(tag, tag=True)
    return Rule(f"r{number}", "benchmark", HERE, Pattern.parse(topic), parsed, where, ignore=True)


STYLES: dict[str, tuple[Callable[[int], Rule], Callable[[int], Address]]] = {
    "literal levels": (
        lambda n: rule(n, f"plc/site/machine-{n}/{{tag}}"),
        lambda n: (f"plc/site/absent-{n}/speed", None),
    ),
    "tag literals": (
        lambda n: rule(n, "kepware/site", f"Line1.Machine{n}.Speed"),
        lambda n: ("kepware/site", f"Line1.Absent{n}.Speed"),
    ),
    "L{line}x levels": (
        lambda n: rule(n, f"plc/L{{line}}x{n}/{{machine}}/{{tag}}"),
        lambda n: (f"plc/L3y{n}/filler/speed", None),
    ),
    "text inside tags": (
        lambda n: rule(n, "opc/site", f"{{machine}}.DB{n}.{{tag}}"),
        lambda n: ("opc/site", f"Filler.XX{n}.Speed"),
    ),
    "where of one shape": (
        lambda n: rule(n, "opc/site", "Line{line}.{machine}.{tag}", Where("line", HERE, values=(str(n),))),
        lambda n: ("opc/site", f"Line{n + 1_000_000}.Filler.Speed"),
    ),
}


def measured(resolver: Resolver, address: Callable[[int], Address]) -> float:
    """Microseconds for one address, the best of some rounds: other work on the machine only adds."""
    addresses: Iterator[list[Address]] = (
        [address(1_000_000 + at * ADDRESSES + n) for n in range(ADDRESSES)] for at in range(ROUNDS)
    )
    rounds = []
    for batch in addresses:
        start = time.perf_counter()
        for topic, tag in batch:
            resolver.resolve(topic, tag)
        rounds.append((time.perf_counter() - start) / ADDRESSES * 1e6)
    return min(rounds)


def main() -> None:
    print(f"{'µs for a miss with … rules':<28}" + "".join(f"{size:>9}" for size in SIZES) + "    10 000 : 10")
    for style, (make, address) in STYLES.items():
        for unmatched in ("ignore", "reject"):
            costs = [measured(_resolver(make, size, unmatched), address) for size in SIZES]
            label = f"{style}, {'found' if unmatched == 'ignore' else 'told'}"
            print(f"{label:<28}" + "".join(f"{cost:9.1f}" for cost in costs) + f"{costs[-1] / costs[0]:14.2f}")
    print("\nfound: nothing takes the address; told: and the finding names the nearest rule")


def _resolver(make: Callable[[int], Rule], size: int, unmatched: str) -> Resolver:
    file = RuleFile(
        "benchmark", "benchmark.yaml", ("site",), (), "nobody", (), tuple(make(number) for number in range(size)),
        unmatched="ignore" if unmatched == "ignore" else "reject",
    )  # fmt: skip
    return Resolver(file, STANDARD)


if __name__ == "__main__":
    main()
