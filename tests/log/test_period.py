"""The summary of a period: counts, shares, trends; nothing of anybody; and the page made of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import log_factories as make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.log.canonical import uuid7
from guard.log.heads import written
from guard.log.parts import Circumstances
from guard.log.period import Integrity, Period
from guard.log.period_page import period_page
from guard.log.record import AnyRecord, GapRecord, ReviewRecord, TurnRecord
from guard.log.shares import share, shown
from guard.log.summary import summary
from guard.log.turns import turn_fields
from guard.report import Risk

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FINE = Integrity(result="ok", detail="3 records, 3 of them signed", records=3)


def head(day: float = 0) -> dict[str, Any]:
    return {
        "id": uuid7(), "ts": written(START + timedelta(days=day)), "boot": "b", "mono": 1,
        "writer": "w", "guard": "0.1.0",
    }  # fmt: skip


def turn(day: float = 0, outcome: str = "flag", **changes: Any) -> TurnRecord:
    known = changes.pop("circumstances", None)
    risk = changes.pop("risk", None)
    rule = changes.pop("rule", "base.soothe-only")
    fields = turn_fields(make.report(outcome, risk=risk, rule=rule), make.turn()) | changes
    return TurnRecord(**head(day), **fields, circumstances=known)


def review(of: TurnRecord, disposition: str, **changes: Any) -> ReviewRecord:
    return ReviewRecord(
        **head(), of=of.id, disposition=disposition, reviewer="Mia Marmosette", **changes
    )


def summed(*records: AnyRecord, **settings: Any) -> Period:
    return summary(records, FINE, origin="guard.log/1", made="2026-12-01", **settings)


class TestCounts:
    def test_turns_are_counted_by_outcome_rule_and_what_was_done(self) -> None:
        found = summed(turn(), turn(), turn(rule="grief.hurry"), turn(outcome="pass"))

        assert found.turns == 4
        assert found.outcomes == {"flag": 3, "pass": 1}
        assert [(r.rule, r.turns, r.done) for r in found.rules] == [
            ("base.soothe-only", 2, {"annotate": 2}), ("grief.hurry", 1, {"annotate": 1}),
        ]  # fmt: skip
        assert [(p.pack, p.turns) for p in found.packs] == [("base", 2), ("grief", 1)]

    def test_referrals_are_counted_where_a_message_shows_a_risk(self) -> None:
        acute = Risk(level="acute", probability=0.9, acute=0.9)
        possible = Risk(level="possible", probability=0.6, acute=0.1)

        found = summed(
            turn(risk=acute, referral="yes"),
            turn(risk=possible, referral="no", circumstances=Circumstances(minor=True)),
            turn(),
        ).crisis

        assert (found.acute, found.possible) == (1, 1)
        assert (found.referred, found.not_referred, found.known_minors) == (1, 1, 1)

    def test_what_was_not_audited_and_went_out_is_counted(self) -> None:
        found = summed(
            turn(outcome="unknown", fault="oversize", done="annotate"),
            turn(outcome="unknown", fault="error", done="fallback"),
        )

        assert found.faults == {"oversize": 1, "error": 1}
        assert found.unaudited_released == 1

    def test_what_the_log_lost_is_told(self) -> None:
        found = summed(GapRecord(**head(), lost=7, why="dropped"))

        assert found.lost == 7


class TestReviews:
    def test_precision_comes_from_those_who_agree_and_those_who_do_not(self) -> None:
        turns = [turn() for _ in range(10)]

        found = summed(
            *turns,
            *(review(one, "agree") for one in turns[:8]),
            review(turns[8], "false_alarm", rule="base.soothe-only"),
            review(turns[9], "missed", rule="base.self-claim"),
        )

        rule = next(r for r in found.rules if r.rule == "base.soothe-only")
        assert (rule.agree, rule.false_alarm) == (8, 1)
        assert rule.precision.value == pytest.approx(8 / 9, abs=1e-4)
        assert rule.precision.low is not None
        assert rule.precision.low < 8 / 9 < (rule.precision.high or 0)
        assert found.reviews.dispositions == {"agree": 8, "false_alarm": 1, "missed": 1}
        assert found.reviews.covered.value == 1.0

    def test_who_changes_their_mind_counts_once(self) -> None:
        one = turn()

        found = summed(one, review(one, "false_alarm"), review(one, "agree"))

        assert found.reviews.dispositions == {"agree": 1}
        assert (found.rules[0].agree, found.rules[0].false_alarm) == (1, 0)

    def test_a_review_of_an_earlier_turn_counts_for_its_rules(self) -> None:
        earlier = turn()

        found = summed(review(earlier, "agree"), fired_on=lambda _: ["base.soothe-only"])

        assert [(rule.rule, rule.turns, rule.agree) for rule in found.rules] == [
            ("base.soothe-only", 0, 1)
        ]

    def test_no_reviewer_is_named(self) -> None:
        one = turn()

        found = summed(one, review(one, "agree"))

        assert found.reviews.reviewers == 1
        assert "Marmosette" not in found.model_dump_json() + period_page(found)
        assert one.id not in found.model_dump_json() + period_page(found)


class TestTrend:
    @pytest.mark.parametrize(
        ("days", "step", "buckets"), [(10, "day", 11), (100, "week", 16), (600, "month", 20)]
    )
    def test_the_step_fits_the_period_and_none_is_left_out(
        self, days: int, step: str, buckets: int
    ) -> None:
        found = summed(turn(0), turn(days), turn(days))

        assert found.step == step
        assert len(found.trend) == buckets
        assert sum(bucket.flagged or 0 for bucket in found.trend) == 3

    def test_the_period_that_was_asked_for_is_shown_whole(self) -> None:
        found = summed(
            turn(3),
            since="2026-03-01T00:00:00.000000Z",
            until="2026-03-11T00:00:00.000000Z",
        )

        assert [bucket.start for bucket in found.trend][:: len(found.trend) - 1] == [
            "2026-03-01", "2026-03-10",
        ]  # fmt: skip

    def test_a_beginning_long_ago_does_not_make_an_endless_page(self) -> None:
        found = summed(turn(0), since="0001-01-01T00:00:00.000000Z")

        assert len(found.trend) == 1


class TestSmallCounts:
    @given(
        counts=st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=6),
        below=st.integers(0, 12),
    )
    def test_none_is_shown_and_none_can_be_worked_out_from_a_total(
        self, counts: dict[str, int], below: int
    ) -> None:
        found = shown(counts, below)

        hidden = [name for name, count in found.items() if count is None]
        assert all(found[name] in (None, count) for name, count in counts.items())
        assert not any(0 < (count or 0) < below for count in found.values())
        others = [name for name, count in counts.items() if count and name not in hidden]
        assert len(hidden) != 1 or not others

    def test_a_share_of_small_counts_is_not_shown_either(self) -> None:
        turns = [turn() for _ in range(9)]

        found = summed(
            *turns,
            *(review(one, "agree") for one in turns),
            review(turns[0], "false_alarm"),
            below=5,
        )

        assert found.rules[0].precision.value is None
        assert "&lt;5" in period_page(found)

    @given(of=st.integers(0, 500), data=st.data())
    def test_an_interval_holds_its_share(self, of: int, data: st.DataObject) -> None:
        hits = data.draw(st.integers(0, of))

        found = share(hits, of)

        if of == 0:
            assert found.value is None
        else:
            assert found.value is not None
            assert found.low is not None
            assert found.high is not None
            assert 0 <= found.low <= found.value <= found.high <= 1


class _Checked(HTMLParser):
    """Every tag and attribute of a page; void tags need no end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> _Checked:
    parser = _Checked()
    parser.feed(page)
    assert parser.open == []
    return parser


class TestPage:
    def test_it_has_no_script_and_loads_nothing(self) -> None:
        page = checked(period_page(summed(turn(), turn(1), turn(2, outcome="unknown"))))

        assert not page.tags & {"script", "link", "img", "iframe", "object", "form", "a"}
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name, _ in
                       page.attributes)  # fmt: skip
        policy = next(value for name, value in page.attributes if "default-src" in value)
        assert policy.startswith("default-src 'none'; style-src 'sha256-")

    def test_what_stands_in_a_record_cannot_become_markup(self) -> None:
        evil = "<script>alert(1)</script>\"'&"
        known = Circumstances(jurisdiction=evil, model=evil)

        page = period_page(
            summed(turn(circumstances=known, rule=f"base.{evil}"), since="2026-01-01T00:00:00Z")
        )

        assert "<script" not in page
        assert "&lt;script&gt;" in page
        checked(page)

    def test_an_empty_period_has_a_page(self) -> None:
        page = period_page(summed())

        checked(page)
        assert "No records" in page

    def test_it_says_that_it_is_no_legal_advice_and_where_laws_find_what(self) -> None:
        page = period_page(summed(turn()))

        for words in ("no legal advice", "SB 243", "HB 2225", "HB 452", "New York", "EU AI Act"):
            assert words in page

    def test_figures_round_trip(self) -> None:
        found = summed(turn(), turn(1), below=5)

        assert Period.model_validate_json(found.model_dump_json()) == found
        assert json.loads(found.model_dump_json())["turns"] is None
