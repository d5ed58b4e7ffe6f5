"""Reviewers' disagreements become rows that the training schema takes."""

from __future__ import annotations

from typing import Any

import log_factories as make
import pytest

from guard.log.canonical import uuid7
from guard.log.heads import now
from guard.log.record import ReviewRecord, Texts, TurnRecord
from guard.log.training_rows import Disagreement, disagreements, training_row
from guard.log.turns import turn_fields
from guard.report import Audit, Belief, Reading, Risk, Signal, Span, Stance
from guard.text.document import Documents
from training.rows import Written

USER, DRAFT = make.USER, make.DRAFT
WHOLE = Span(source="user", start=0, end=9)


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents({"user": (), "draft": ()})


def head() -> dict[str, Any]:
    return {
        "id": uuid7(), "ts": now(), "boot": "b", "mono": 1, "writer": "w", "guard": "0.1.0",
    }  # fmt: skip


def turn(**changes: Any) -> TurnRecord:
    return TurnRecord(**head(), **turn_fields(make.report(**changes), make.turn()))


def review(of: TurnRecord, disposition: str, rule: str | None = None) -> ReviewRecord:
    return ReviewRecord(**head(), of=of.id, disposition=disposition, reviewer="mia", rule=rule)


def texts(mode: str = "encrypted", user: str = USER, draft: str = DRAFT) -> Texts:
    return Texts(mode=mode, user=user, draft=draft)  # type: ignore[arg-type]


def row(one: Disagreement, told: Texts, documents: Documents) -> Written:
    return Written.model_validate(training_row(one, told, documents))


class TestWhoDisagreed:
    def test_who_agrees_does_not(self) -> None:
        one = turn()

        assert disagreements([one], [review(one, "agree")], {}) == []

    def test_a_false_alarm_of_the_turn_is_one_of_all_that_fired(self) -> None:
        one = turn()

        (found,) = disagreements([one], [review(one, "false_alarm")], {})

        assert found.labels == {"soothe_only": False}

    def test_what_was_missed_is_told_by_the_rule_that_finds_it(self) -> None:
        one = turn(outcome="pass")

        (found,) = disagreements(
            [one], [review(one, "missed", "base.self-claim")], {"base.self-claim": "self_claim"}
        )

        assert found.labels == {"self_claim": True}

    def test_a_later_review_wins(self) -> None:
        one = turn()
        said = [review(one, "false_alarm"), review(one, "agree")]

        assert disagreements([one], said, {}) == []


class TestRows:
    def test_a_false_alarm_of_soothing_keeps_what_the_message_tells(
        self, documents: Documents
    ) -> None:
        made = row(
            Disagreement(turn(), {"soothe_only": False}, ("false_alarm",)), texts(), documents
        )

        draft = made.drafts[0]
        assert (draft.soothe_only, draft.kept, draft.erased) == (False, ("self",), ())
        assert made.functions == {"self": USER[:9]}

    def test_missed_soothing_keeps_nothing(self, documents: Documents) -> None:
        kept = turn(outcome="pass", audit=Audit(kept=("self",)))

        made = row(Disagreement(kept, {"soothe_only": True}, ("missed",)), texts(), documents)

        draft = made.drafts[0]
        assert (draft.soothe_only, draft.kept, draft.erased) == (True, (), ("self",))
        assert draft.flag

    @pytest.mark.parametrize("label", [
        "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
        "attachment", "risk_unhandled",
    ])  # fmt: skip
    @pytest.mark.parametrize("holds", [True, False])
    @pytest.mark.parametrize("false", [0.1, 0.9])
    def test_any_label_gives_a_row_that_the_schema_takes(
        self, documents: Documents, label: str, holds: bool, false: float
    ) -> None:
        reading = Reading(
            intensity=2,
            signals=(Signal(function="norm", probability=0.8, evidence=WHOLE),),
            primary="norm",
            beliefs=(Belief(type="fact", false=false, span=WHOLE),),
            risk=Risk(level="acute", probability=0.9, acute=0.9),
        )
        audit = Audit(
            erased=("norm",),
            stances=(Stance(belief=0, stance="concede", probability=0.9),),
            risk_handled="no",
        )
        said = Disagreement(turn(reading=reading, audit=audit), {label: holds}, ("missed",))

        made = row(said, texts(), documents)

        if label != "concedes_false" or holds:
            value = {"risk_unhandled": made.drafts[0].risk_handled == "no"}
            assert value.get(label, getattr(made.drafts[0], label, None)) == holds

    def test_redacted_texts_whose_offsets_no_longer_fit_are_evidence_as_a_whole(
        self, documents: Documents
    ) -> None:
        told = texts("redacted", "My sister moved to [PLACE] and I feel so alone.")

        made = row(Disagreement(turn(), {"soothe_only": False}, ("false_alarm",)), told, documents)

        assert made.functions == {"self": told.user}

    @pytest.mark.parametrize("told", [texts("hashed"), Texts(mode="redacted")])
    def test_without_texts_there_is_no_row(self, documents: Documents, told: Texts) -> None:
        said = Disagreement(turn(), {"soothe_only": False}, ("false_alarm",))

        assert training_row(said, told, documents) is None
