"""Pieces of the page of a period: its style, tables, counts and shares as words. All is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from guard.log.shares import Share

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; color: #1c2430; background: #fff; }
h1 { margin-bottom: 0; } h2 { margin-top: 2rem; border-bottom: 1px solid #dde3ea; }
table { border-collapse: collapse; margin: .75rem 0; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; border-bottom: 1px solid #dde3ea;
  vertical-align: top; }
th:first-child, td:first-child, .words td { text-align: left; }
.quiet, figcaption { color: #5a6675; } .big { font-size: 1.6rem; font-weight: 600; }
.bad { color: #a02c1f; } .good { color: #1d6b3a; }
figure { margin: 1rem 0; } code { overflow-wrap: anywhere; }
ul.numbers { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
rect { fill: #1f5fa8; } line { stroke: #c3ccd6; } svg text { font-size: 11px; fill: #5a6675; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""


def number(count: int | None, below: int) -> str:
    """A count, or "<5" for one too small to be shown."""
    return f"<{below}" if count is None else f"{count:,}"


def interval(share: Share) -> str:
    """ "0.91 (0.85-0.95)", or a dash where there is none."""
    if share.value is None:
        return "-"
    return f"{share.value:.2f} ({share.low:.2f}-{share.high:.2f})"


def rows_of(counts: Mapping[str, int | None], below: int) -> list[tuple[str, str]]:
    """The rows of a table of counts, by name."""
    return [(name, number(count, below)) for name, count in sorted(counts.items())]


def or_dash(count: int | None) -> str:
    """A count, or a dash where there is none."""
    return "-" if count is None else f"{count:,}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a line of heads."""
    top = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>"
