"""The policy as a table: what each cause leads to in each mode, and which finding decides."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from guard.packs.firing import ACTIONS
from guard.policy import (
    DISPOSITIONS,
    HIGH_RISK,
    MODES,
    after_failed_rewrite,
    decide,
    disposition,
    unknown,
)
from guard.report import (
    Action,
    Fault,
    Finding,
    Mode,
    Severity,
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
    "unknown:timeout":              ("release", "annotate", "annotate", "fallback"),
    "unknown:incomplete":           ("release", "annotate", "annotate", "fallback"),
    "rewrite_failed":               ("release", "annotate", "fallback", "fallback"),
    "unknown:oversize:high_risk":   ("release", "annotate", "fallback", "fallback"),
    "unknown:error:high_risk":      ("release", "annotate", "fallback", "fallback"),
    "unknown:timeout:high_risk":    ("release", "annotate", "fallback", "fallback"),
    "unknown:incomplete:high_risk": ("release", "annotate", "fallback", "fallback"),
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


def verdict_on(cause: str, mode: Mode) -> Verdict:
    kind, _, what = cause.partition(":")
    what = what.removesuffix("high_risk").removesuffix(":")
    packs = ("base", "crisis") if cause.endswith("high_risk") else ("base", "grief")
    if kind == "pass":
        return decide((), mode)
    if kind == "rewrite_failed":
        asked = decide([finding(action="rewrite")], mode)
        return asked.model_copy(update={"action": after_failed_rewrite(mode, packs, "fallback")})
    if kind == "flag":
        return decide([finding(action=next(a for a in ACTIONS if a == what))], mode)
    return unknown(next(fault for fault in FAULTS if fault == what), mode, packs=packs)


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

    @pytest.mark.parametrize("cause", [c for c in TABLE if not c.startswith("rewrite_failed")])
    def test_observe_says_what_rewrite_would_have_done(self, cause: str) -> None:
        observed, rewritten = verdict_on(cause, "observe"), verdict_on(cause, "rewrite")

        assert observed == rewritten
        assert disposition(observed, "observe") == "release"


class TestFailedRewrite:
    def test_a_deployment_may_send_the_draft_instead(self) -> None:
        assert after_failed_rewrite("rewrite", {"base", "grief"}, "annotate") == "annotate"

    @pytest.mark.parametrize("pack", sorted(HIGH_RISK))
    def test_not_where_a_pack_concerns_danger_to_life(self, pack: str) -> None:
        assert after_failed_rewrite("rewrite", {"base", pack}, "annotate") == "fallback"


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
    def test_the_strongest_action_asked_for_is_taken(self) -> None:
        grave = finding("annotate", "critical", rule="ours.grave")
        strong = finding("fallback", "low", rule="ours.strong")

        verdict = decide([grave, strong], "block")

        assert verdict.rule == "ours.grave"
        assert verdict.action == "fallback"
