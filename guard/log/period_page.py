"""A Period as one self-contained HTML page: no script, nothing loaded, everything escaped.

Laid out in the order in which laws on companion chatbots and on records of AI systems ask. It is no
legal advice, and says so.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from guard.log.bars import bars
from guard.log.page_pieces import STYLE, interval, number, or_dash, rows_of, table
from guard.log.period import Period

_LAWS = (
    (
        "California SB 243 (Bus. & Prof. Code 22601 ff.)",
        "yearly count of crisis referrals, without identifiers; protocols",
        "Crisis referrals; What was flagged",
    ),
    (
        "Washington HB 2225",
        "published yearly count of crisis referrals; protocols",
        "Crisis referrals; What was flagged",
    ),
    (
        "New York Gen. Bus. Law, art. 47",
        "reasonable efforts to detect suicidal ideation and to refer",
        "Crisis referrals; Not audited; Trends",
    ),
    (
        "Utah HB 452 (affirmative defence)",
        "documentation of models and data, tests and regular monitoring, human involvement",
        "What judged; Reviewers; Trends",
    ),
    (
        "EU AI Act, articles 12, 19, 26(6)",
        "automatic logs over the lifetime, kept at least six months (readiness; whether it applies "
        "to you is for counsel)",
        "Integrity; What the log itself records",
    ),
)


def period_page(period: Period) -> str:
    """The whole page."""
    title = f"Compliance summary of {period.origin}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(_when(period))}. Made {escape(period.made)} by guard '
        f"{escape(period.guard)}. Counts only: no text, no identifiers.{_suppressed(period)}</p>",
        *_numbers(period),
        *_crisis(period),
        *_flagged(period),
        *_trends(period),
        *_unaudited(period),
        *_reviews(period),
        *_own(period),
        *_integrity(period),
        *_judged(period),
        *_laws(),
    ]
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body>\n{chr(10).join(parts)}\n</body></html>\n"
    )


def _when(period: Period) -> str:
    since, until = period.since or period.first, period.until or period.last
    if since is None or until is None:
        return "No records"
    return f"From {since} to {until}"


def _suppressed(period: Period) -> str:
    below = period.suppressed_below
    if below < 2:
        return ""
    return f" Counts from 1 to {below - 1} are not shown, nor those that would give them away."


def _numbers(period: Period) -> Iterable[str]:
    below = period.suppressed_below
    told = (
        ("turns recorded", period.turns),
        ("flagged", period.outcomes.get("flag", 0)),
        ("not audited", period.outcomes.get("unknown", 0)),
        ("crisis referrals", period.crisis.referred),
    )
    items = "".join(
        f'<li><span class="big">{escape(number(count, below))}</span><br>{escape(name)}</li>'
        for name, count in told
    )
    yield f'<ul class="numbers">{items}</ul>'
    yield (
        '<p class="quiet">Which turns are recorded is a setting: by default those that were '
        "flagged or could not be audited.</p>"
    )


def _crisis(period: Period) -> Iterable[str]:
    below, crisis = period.suppressed_below, period.crisis
    yield "<h2>Crisis referrals</h2>"
    yield table(
        ("turns whose message showed a risk of harm", "turns"),
        [
            ("possible", number(crisis.possible, below)),
            ("acute", number(crisis.acute, below)),
            ("what went out pointed to help (referral)", number(crisis.referred, below)),
            ("it did not", number(crisis.not_referred, below)),
            ("the user was known to be a minor", number(crisis.known_minors, below)),
        ],
    )
    yield (
        '<p class="quiet">A referral is counted per turn, not per person. Cues of danger are read '
        "from text by the method that the packs describe; they are no diagnosis.</p>"
    )


def _flagged(period: Period) -> Iterable[str]:
    below = period.suppressed_below
    yield "<h2>What was flagged, and what was done</h2>"
    yield table(("done", "turns"), rows_of(period.done, below))
    if period.rules:
        yield table(
            ("rule", "pack", "severity", "turns", "released", "annotated", "rewritten", "fallback",
             "agreed", "false alarms", "precision (95%)"),
            [
                (
                    rule.rule, rule.pack, rule.severity, number(rule.turns, below),
                    *(_done(rule.done, action, below) for action in _ACTIONS),
                    number(rule.agree, below), number(rule.false_alarm, below),
                    interval(rule.precision),
                )
                for rule in period.rules
            ],
        )  # fmt: skip
    if period.packs:
        yield table(
            ("pack", "turns", "released", "annotated", "rewritten", "fallback"),
            [
                (
                    one.pack,
                    number(one.turns, below),
                    *(_done(one.done, action, below) for action in _ACTIONS),
                )
                for one in period.packs
            ],
        )


_ACTIONS = ("release", "annotate", "rewrite", "fallback")


def _done(counts: Mapping[str, int | None], action: str, below: int) -> str:
    return number(counts.get(action, 0), below)


def _trends(period: Period) -> Iterable[str]:
    yield f"<h2>Trends, by {period.step}</h2>"
    if not period.trend:
        yield '<p class="quiet">No turns in this period.</p>'
        return
    for name, value in (
        ("flagged turns", lambda bucket: bucket.flagged),
        ("turns that were not audited", lambda bucket: bucket.unknown),
        ("crisis referrals", lambda bucket: bucket.referred),
    ):
        yield f"<figure>{bars(period.trend, value, name)}<figcaption>{name}</figcaption></figure>"


def _unaudited(period: Period) -> Iterable[str]:
    below = period.suppressed_below
    yield "<h2>Not audited</h2>"
    rows = [*rows_of(period.faults, below)]
    rows.append(("of all these, the draft went out", number(period.unaudited_released, below)))
    yield table(("why", "turns"), rows)


def _reviews(period: Period) -> Iterable[str]:
    below, reviews = period.suppressed_below, period.reviews
    yield "<h2>Reviewers</h2>"
    yield table(
        ("disposition", "reviews"),
        [(name.replace("_", " "), count) for name, count in rows_of(reviews.dispositions, below)],
    )
    yield (
        f"<p>Reviewers: {reviews.reviewers}. Share of flagged turns that were reviewed: "
        f"{escape(interval(reviews.covered))}.</p>"
    )


def _own(period: Period) -> Iterable[str]:
    yield "<h2>What the log itself records</h2>"
    yield table(
        ("event", "number"),
        [
            ("records that were lost, as the log says itself", f"{period.lost:,}"),
            ("erasures of a subject", f"{period.erasures:,}"),
            ("removals by retention", f"{period.purges:,}"),
            ("readings of texts by somebody", f"{period.readings_of_texts:,}"),
        ],
    )


def _integrity(period: Period) -> Iterable[str]:
    found = period.integrity
    kind = "good" if found.result == "ok" else "bad"
    yield "<h2>Integrity</h2>"
    yield (f'<p><span class="{kind}">{escape(found.result)}</span>: {escape(found.detail)}</p>')
    rows = [
        ("records in the log", f"{found.records:,}"),
        ("root of the tree", found.root or "-"),
        ("records under the last signed checkpoint", or_dash(found.signed)),
        ("signed at", found.signed_at or "-"),
        ("public key", found.public_key or "-"),
    ]
    body = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(value)}</code></td></tr>"
        for name, value in rows
    )
    yield f'<table class="words"><tbody>{body}</tbody></table>'
    yield (
        '<p class="quiet">Whoever holds the disk and the current signing key can rewrite what '
        "follows the last checkpoint kept elsewhere, and nothing before it. "
        "<code>guard log verify --against CHECKPOINT</code> repeats this check.</p>"
    )


def _judged(period: Period) -> Iterable[str]:
    below = period.suppressed_below
    yield "<h2>What judged</h2>"
    for name, counts in (
        ("mode", period.modes),
        ("emotion inference", period.inference),
        ("jurisdiction", period.jurisdictions),
        ("model that wrote the drafts", period.models),
    ):
        if counts:
            yield table((name, "turns"), rows_of(counts, below))
    yield (
        "<p>Turns on which it is recorded when the user was last told that they talk to a "
        f"machine: {escape(interval(period.disclosed))}.</p>"
    )
    rows = [("encoder", digest) for digest in period.encoders]
    rows += list(period.pack_digests.items())
    body = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(digest)}</code></td></tr>"
        for name, digest in rows
    )
    yield f'<table class="words"><thead><tr><th>what</th><th>digest</th></tr></thead>{body}</table>'


def _laws() -> Iterable[str]:
    yield "<h2>Where to find what is asked for</h2>"
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in _LAWS
    )
    yield (
        '<table class="words"><thead><tr><th>law</th><th>asks for</th><th>section</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
    yield (
        "<p><strong>This is no legal advice.</strong> Which laws apply to you, and whether this is "
        "enough for them, is for your counsel.</p>"
    )
