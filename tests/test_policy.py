"""The policy as a table: what each cause leads to in each mode, and which finding decides."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from guard.audit.examine import Examined
from guard.packs.schema import Condition, Rule
from guard.policy import ACTIONS, DISPOSITIONS, MODES, decide, disposition, find, unknown
from guard.reading.read import Read
from guard.report import (
    Action,
    Audit,
    Emotion,
    Fault,
    Finding,
    Function,
    Mode,
    Reading,
    Risk,
    Scores,
    Severity,
    Signal,
    Span,
    Verdict,
)

# The specification: what is done with the draft.
# fmt: off
TABLE: dict[str, tuple[Action, Action, Action, Action]] = {
    #                                observe     annotate    rewrite     block
    "pass":                         ("release", "release",  "release",  "release"),
    "flag:release":                 ("release", "release",  "release",  "release"),
    "flag:annotate":                ("release", "annotate", "annotate", "annotate"),
    "flag:rewrite":                 ("release", "annotate", "rewrite",  "fallback"),
    "flag:fallback":                ("release", "annotate", "fallback", "fallback"),
    "unknown:empty_draft":          ("release", "release",  "release",  "release"),
    "unknown:empty_user":           ("release", "release",  "release",  "release"),
    "unknown:oversize":             ("release", "annotate", "annotate", "fallback"),
    "unknown:unsupported_language": ("release", "annotate", "annotate", "annotate"),
    "unknown:error":                ("release", "annotate", "annotate", "fallback"),
}
# fmt: on
SPECIFIED_MODES: tuple[Mode, ...] = ("observe", "annotate", "rewrite", "block")
FAULTS: tuple[Fault, ...] = get_args(Fault)
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
CELLS = [
    pytest.param(cause, mode, done, id=f"{cause} in {mode}")
    for cause, row in TABLE.items()
    for mode, done in zip(SPECIFIED_MODES, row, strict=True)
]


def finding(
    action: Action = "rewrite",
    severity: Severity = "medium",
    score: float = 0.8,
    rule: str = "ours.rule",
) -> Finding:
    return Finding(
        rule=rule,
        label="soothe_only",
        severity=severity,
        action=action,
        score=score,
        threshold=0.5,
        reason=f"Reason of {rule}.",
    )


def rule(
    label: str = "soothe_only",
    *,
    id_: str = "ours.rule",
    at_least: float = 0.5,
    when: Condition = "any",
    severity: Severity = "medium",
    action: Action = "rewrite",
) -> Rule:
    return Rule.model_validate(
        {
            "id": id_,
            "label": label,
            "at_least": at_least,
            "when": when,
            "severity": severity,
            "action": action,
            "reason": "A reason.",
            "guidance": "Some guidance.",
        }
    )


def examined(shown_by: dict[str, Span] | None = None, **scores: float) -> Examined:
    return Examined(audit=Audit(), scores=Scores(**scores), shown_by=shown_by or {})


def read(
    functions: dict[Function, float] | None = None,
    emotion: float | None = None,
    risk: float = 0.0,
    signal: bool = False,
    off: bool = False,
) -> Read:
    here = Span(source="user", start=0, end=1)
    reading = Reading(
        inference="off" if off else "full",
        emotions=()
        if emotion is None
        else (Emotion(name="sadness", probability=emotion, stated=True, span=here),),
        signals=(Signal(function="self", probability=0.9, evidence=here),) if signal else (),
        risk=Risk(level="possible" if risk >= 0.5 else "none", probability=risk),
    )
    scores: dict[Function, float] = {"self": 0.0, "other": 0.0, "norm": 0.0}
    return Read(reading, None if off else scores | (functions or {}), {})


def verdict_on(cause: str, mode: Mode) -> Verdict:
    kind, _, what = cause.partition(":")
    if kind == "pass":
        return decide((), mode)
    if kind == "flag":
        return decide([finding(action=next(a for a in ACTIONS if a == what))], mode)
    return unknown(next(fault for fault in FAULTS if fault == what), mode)


class TestTable:
    @pytest.mark.parametrize(("cause", "mode", "done"), CELLS)
    def test_a_cell(self, cause: str, mode: Mode, done: Action) -> None:
        verdict = verdict_on(cause, mode)

        assert disposition(verdict, mode) == done

    @pytest.mark.parametrize(("cause", "mode", "done"), CELLS)
    def test_a_cell_of_the_table_itself(self, cause: str, mode: Mode, done: Action) -> None:
        row = DISPOSITIONS[cause]

        assert row[mode] == done

    def test_there_is_no_cause_and_no_mode_beside_these(self) -> None:
        modes = {mode for row in DISPOSITIONS.values() for mode in row}

        assert set(DISPOSITIONS) == set(TABLE)
        assert modes == set(MODES) == set(SPECIFIED_MODES)

    @pytest.mark.parametrize("cause", TABLE)
    def test_observe_says_what_rewrite_would_have_done(self, cause: str) -> None:
        observed, rewritten = verdict_on(cause, "observe"), verdict_on(cause, "rewrite")

        assert observed == rewritten
        assert disposition(observed, "observe") == "release"


class TestOutcome:
    @pytest.mark.parametrize("mode", MODES)
    def test_no_finding_is_a_pass(self, mode: Mode) -> None:
        verdict = decide((), mode)

        assert verdict.outcome == "pass"
        assert (verdict.rule, verdict.fault) == (None, None)

    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize("action", ACTIONS)
    def test_any_finding_is_a_flag(self, mode: Mode, action: Action) -> None:
        verdict = decide([finding(action)], mode)

        assert verdict.outcome == "flag"
        assert verdict.rule == "ours.rule"
        assert verdict.reason == "Reason of ours.rule."

    @pytest.mark.parametrize(("fault", "mode"), list(itertools.product(FAULTS, MODES)))
    def test_unknown_never_becomes_a_pass(self, fault: Fault, mode: Mode) -> None:
        verdict = unknown(fault, mode)

        assert verdict.outcome == "unknown"
        assert verdict.fault == fault
        assert verdict.reason
        assert verdict.rule is None

    def test_unknown_gives_its_detail(self) -> None:
        verdict = unknown("oversize", "annotate", "more than 3 sentences")

        assert "more than 3 sentences" in verdict.reason


class TestGravestFinding:
    @pytest.mark.parametrize(
        ("low", "high"), list(itertools.combinations(SEVERITIES, 2)), ids=lambda s: str(s)
    )
    def test_the_graver_severity_decides_whatever_the_score_and_the_order(
        self, low: Severity, high: Severity
    ) -> None:
        weak = rule("soothe_only", id_="ours.weak", severity=low)
        grave = rule("concedes_false", id_="ours.grave", severity=high)
        scores = examined(soothe_only=0.99, concedes_false=0.6)

        for rules in ((weak, grave), (grave, weak)):
            findings = find(rules, read(), scores)

            assert [f.rule for f in findings] == ["ours.grave", "ours.weak"]
            assert decide(findings, "annotate").rule == "ours.grave"

    def test_among_equals_the_stronger_action_comes_first(self) -> None:
        mild = rule("soothe_only", id_="ours.mild", action="annotate")
        strong = rule("flip", id_="ours.strong", action="rewrite")

        findings = find((mild, strong), read(), examined(soothe_only=0.9, flip=0.6))

        assert [f.rule for f in findings] == ["ours.strong", "ours.mild"]

    def test_among_equals_of_one_action_the_higher_score_comes_first(self) -> None:
        lower, higher = rule("soothe_only", id_="ours.lower"), rule("flip", id_="ours.higher")

        findings = find((lower, higher), read(), examined(soothe_only=0.6, flip=0.9))

        assert [f.rule for f in findings] == ["ours.higher", "ours.lower"]

    def test_the_strongest_action_asked_for_is_taken(self) -> None:
        grave = finding("annotate", "critical", rule="ours.grave")
        strong = finding("fallback", "low", rule="ours.strong")

        verdict = decide([grave, strong], "block")

        assert verdict.rule == "ours.grave"
        assert verdict.action == "fallback"


class TestFind:
    @pytest.mark.parametrize(("score", "fires"), [(0.49, False), (0.5, True), (0.51, True)])
    def test_a_rule_fires_from_its_threshold_on(self, score: float, fires: bool) -> None:
        findings = find((rule(at_least=0.5),), read(), examined(soothe_only=score))

        assert bool(findings) is fires

    def test_a_label_that_was_not_judged_fires_no_rule(self) -> None:
        findings = find((rule("soothe_only", at_least=0.0),), read(), examined(flip=0.9))

        assert findings == ()

    def test_a_finding_tells_the_score_the_threshold_and_the_place(self) -> None:
        place = Span(source="draft", start=3, end=9)

        (found,) = find(
            (rule(at_least=0.4),), read(), examined({"soothe_only": place}, soothe_only=0.7)
        )

        assert (found.score, found.threshold, found.span) == (0.7, 0.4, place)
        assert (found.rule, found.label, found.reason) == ("ours.rule", "soothe_only", "A reason.")

    def test_every_rule_that_fires_is_found_once(self) -> None:
        rules = tuple(rule(id_=f"ours.rule{i}", at_least=i / 10) for i in range(10))

        findings = find(rules, read(), examined(soothe_only=0.5))

        assert {f.rule for f in findings} == {f"ours.rule{i}" for i in range(6)}
        assert len(findings) == 6


class TestWhen:
    @pytest.mark.parametrize(
        ("when", "understood", "fires"),
        [
            pytest.param("any", read(), True, id="any: nothing felt"),
            pytest.param("emotional", read(), False, id="emotional: nothing felt"),
            pytest.param("emotional", read(emotion=0.4), False, id="emotional: hardly"),
            pytest.param("emotional", read(emotion=0.9), True, id="emotional: an emotion"),
            pytest.param("emotional", read({"norm": 0.8}), True, id="emotional: a function"),
            pytest.param("emotional", read(risk=0.9), True, id="emotional: a risk"),
            pytest.param("signal", read(), False, id="signal: nothing felt"),
            pytest.param("signal", read(emotion=0.9), False, id="signal: an emotion alone"),
            pytest.param("signal", read({"self": 0.9}, signal=True), True, id="signal: a signal"),
        ],
    )
    def test_a_condition_narrows_a_rule(
        self, when: Condition, understood: Read, fires: bool
    ) -> None:
        findings = find((rule(when=when),), understood, examined(soothe_only=0.9))

        assert bool(findings) is fires

    @pytest.mark.parametrize("when", ["any", "emotional", "signal"])
    def test_where_emotions_may_not_be_read_no_condition_holds_a_rule_back(
        self, when: Condition
    ) -> None:
        findings = find((rule(when=when),), read(off=True), examined(soothe_only=0.9))

        assert len(findings) == 1
