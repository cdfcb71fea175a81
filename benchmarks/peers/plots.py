"""Bars as SVG, readable on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "plots"
LABEL, BARS, FIGURE, ROW, TOP = 190, 420, 90, 26, 44
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .bar { fill: #8c959f; }
  .ours { fill: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .bar { fill: #6e7681; }
    .ours { fill: #3fb950; }
  }
"""


class Bar(NamedTuple):
    name: str
    figure: float
    ours: bool


def svg(title: str, bars: Sequence[Bar], decimals: int) -> str:
    """One bar below the other, as long as its figure."""
    longest = max((each.figure for each in bars), default=0) or 1
    height = TOP + ROW * len(bars) + 8
    width = LABEL + BARS + FIGURE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
    ]
    for number, each in enumerate(bars):
        top, length = TOP + ROW * number, BARS * each.figure / longest
        parts += [
            f'<text x="{LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(each.name)}</text>',
            f'<rect class="{"ours" if each.ours else "bar"}" x="{LABEL}" y="{top}" width="{length:.1f}" height="18" '
            'rx="2"/>',
            f'<text x="{LABEL + length + 6:.1f}" y="{top + 14}">{each.figure:,.{decimals}f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def write(name: str, title: str, bars: Sequence[Bar], decimals: int) -> str:
    """Into the folder of plots; how a page that stands above it shows it."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(svg(title, bars, decimals), encoding="utf-8")
    return f"![{title}]({FOLDER.name}/{name}.svg)"
