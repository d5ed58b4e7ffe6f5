"""An Evaluation as one self-contained HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from guard.evaluation.evaluate import Evaluation, Measured
from guard.evaluation.metrics import Metric

SHOWN = (
    ("auroc", "AUROC"), ("average_precision", "average precision"), ("precision", "precision"),
    ("recall", "recall"), ("specificity", "specificity"), ("f1", "F1"), ("ece", "ECE"),
)  # fmt: skip
_SIZE, _EDGE = 220, 34
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 74rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c2430; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #dde3ea;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
small { color: #5a6675; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; }
figcaption { font-size: .85rem; color: #5a6675; }
svg line, svg rect { stroke: #c3ccd6; fill: none; }
svg polyline { stroke: #1f5fa8; stroke-width: 2; fill: none; }
svg circle { fill: #1f5fa8; }
svg text { font-size: 11px; fill: #5a6675; }
.missed { color: #a02c1f; }
"""


def page(evaluation: Evaluation) -> str:
    """The whole page."""
    title = f"Evaluation of {evaluation.file}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{evaluation.rows} rows; {evaluation.flagged:.1%} of the judged drafts flagged; "
        f"{evaluation.unjudged} rows not judged. Intervals are 95%, from a bootstrap over groups. "
        "<em>length</em> is the AUROC of the draft's length alone. ECE is the expected "
        "calibration error.</p>",
        _table(evaluation.labels),
    ]
    if evaluation.contrasts:
        rows = [[r.label, str(r.pairs), f"{r.right:.1%}"] for r in evaluation.contrasts]
        parts += ["<h2>Contrast sets</h2>", _rows(("label", "pairs", "ranked right"), rows)]
    for measured in evaluation.labels:
        parts += [f"<h2>{escape(measured.label)}</h2>", *_figures(measured), *_errors(measured)]
    if evaluation.slices:
        parts.append("<h2>Slices</h2>")
        for name, some in evaluation.slices.items():
            parts += [f"<h3>{escape(name)}</h3>", _table(some)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{chr(10).join(parts)}\n</body></html>\n"
    )


def cell(metric: Metric) -> str:
    """ "0.91 (0.88-0.94)", or a dash where it is not defined."""
    if metric.value is None:
        return "-"
    if metric.low is None or metric.high is None:
        return f"{metric.value:.2f}"
    return f"{metric.value:.2f} ({metric.low:.2f}-{metric.high:.2f})"


def value(number: float | None) -> str:
    """A figure, or a dash where it is not defined."""
    return "-" if number is None else f"{number:.2f}"


def _table(some: Iterable[Measured]) -> str:
    head = ["label", "rows", "positive", "groups", *(title for _, title in SHOWN), "length"]
    rows = [
        [
            m.label, str(m.rows), str(m.positives), str(m.groups),
            *(cell(m.metrics[name]) for name, _ in SHOWN),
            value(m.length_alone),
        ]
        for m in some
    ]  # fmt: skip
    return _rows(head, rows)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>"


def _figures(measured: Measured) -> Iterable[str]:
    for name, title, across, up in (
        ("roc", "ROC", "false alarms", "recall"),
        ("precision_recall", "precision and recall", "recall", "precision"),
        ("reliability", "reliability", "score", "share that is positive"),
    ):
        points = measured.curves.get(name)
        if points:
            drawn = plot(points, across, up, dots=name == "reliability")
            yield f"<figure>{drawn}<figcaption>{title}</figcaption></figure>"


def plot(points: Sequence[tuple[float, float]], across: str, up: str, *, dots: bool) -> str:
    def place(x: float, y: float) -> tuple[float, float]:
        return round(_EDGE + x * _SIZE, 1), round(8 + (1 - y) * _SIZE, 1)

    placed = [place(x, y) for x, y in points]
    line = " ".join(f"{x},{y}" for x, y in placed)
    marks = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in placed) if dots else ""
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    return (
        f'<svg width="{_SIZE + _EDGE + 12}" height="{_SIZE + _EDGE + 12}" role="img" '
        f'aria-label="{escape(up)} against {escape(across)}">'
        f'<rect x="{x0}" y="{y1}" width="{_SIZE}" height="{_SIZE}"/>'
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke-dasharray="4"/>'
        f'<polyline points="{line}"/>{marks}'
        f'<text x="{x0}" y="{y0 + 16}">0</text><text x="{x1 - 6}" y="{y0 + 16}">1</text>'
        f'<text x="{x0 + _SIZE // 2}" y="{y0 + 28}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="12" y="{y1 + _SIZE // 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {y1 + _SIZE // 2})">{escape(up)}</text></svg>'
    )


def _errors(measured: Measured) -> Iterable[str]:
    if not measured.worst:
        return
    rows = [
        [w.name, "missed" if w.label else "false alarm", f"{w.score:.2f}"] for w in measured.worst
    ]
    yield "<h3>Worst errors</h3>"
    yield _rows(("row", "what", "score"), rows)
