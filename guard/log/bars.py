"""The bars of a trend, as SVG to stand in a page: no script, no style of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from guard.log.period import Bucket

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 860, 90, 46, 18


def bars(buckets: Sequence[Bucket], value: Callable[[Bucket], int | None], name: str) -> str:
    """One bar for each step. A count too small to be shown is drawn as none, with a hollow mark."""
    counts = [value(bucket) for bucket in buckets]
    most = max([count or 0 for count in counts], default=0)
    width = (_WIDTH - _LEFT) / max(len(counts), 1)
    drawn = []
    for place, (bucket, count) in enumerate(zip(buckets, counts, strict=True)):
        x = round(_LEFT + place * width + 0.5, 1)
        if count is None:
            drawn.append(f'<text x="{x}" y="{_HEIGHT - 3}">*</text>')
        elif count:
            tall = round(count / most * (_HEIGHT - 12), 1)
            drawn.append(
                f'<rect x="{x}" y="{round(_HEIGHT - tall, 1)}" height="{tall}" '
                f'width="{max(round(width - 1, 1), 0.5)}">'
                f"<title>{escape(bucket.start)}: {count}</title></rect>"
            )
    first, last = escape(buckets[0].start), escape(buckets[-1].start)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _BOTTOM}" width="{_WIDTH}" role="img" '
        f'aria-label="{escape(name)}, {first} to {last}, at most {most}">'
        f'<line x1="{_LEFT}" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/>'
        f'<text x="{_LEFT - 6}" y="16" text-anchor="end">{most}</text>'
        f'<text x="{_LEFT - 6}" y="{_HEIGHT}" text-anchor="end">0</text>{"".join(drawn)}'
        f'<text x="{_LEFT}" y="{_HEIGHT + 14}">{first}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 14}" text-anchor="end">{last}</text></svg>'
    )
