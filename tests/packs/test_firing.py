"""Which rules fire, which findings come first, and which rule gives way to which."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.audit.examine import Examined
from guard.packs.conditions import Role
from guard.packs.firing import MOST_REQUIRED, find
from guard.packs.load import LoadedPack
from guard.packs.ruleset import Ruleset, compile_packs
from guard.packs.scanned import Scanned
from guard.packs.schema import Pack
from guard.packs.seen import Seen
from guard.policy import decide
from guard.reading.read import Read
from guard.report import (
    Act,
    ActName,
    Audit,
    Belief,
    DraftSentence,
    Emotion,
    Finding,
    Function,
    Reading,
    Resolution,
    Risk,
    Scores,
    Severity,
    Signal,
    Span,
    Stance,
    StanceName,
    Trajectory,
)
from guard.text.document import EMPTY
from guard.text.scored import Scored

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
HERE = Span(source="user", start=0, end=1)
# Directions for a few words; a sentence is their sum, so that cosines can be foreseen.
WORDS = {"rain": (1.0, 0.0, 0.0), "sun": (0.0, 1.0, 0.0), "snow": (0.0, 0.0, 1.0)}


class WordEncoder:
    """An encoder whose vectors can be worked out by hand."""

    digest = "words"

    def encode(self, sentences: Sequence[str]) -> Any:
        rows = [
            np.sum([WORDS.get(word, (0.0, 0.0, 0.0)) for word in s.lower().strip(".?").split()], 0)
            for s in sentences
        ]
        vectors = np.array(rows, np.float32).reshape(-1, 3)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def rule(id_: str = "ours.rule", **more: Any) -> dict[str, Any]:
    """A rule that fires on soothing, unless other keys are given."""
    given = {"label": "soothe_only", "at_least": 0.5} if not more.keys() & {"if", "label"} else {}
    return {
        "id": id_,
        "severity": "medium",
        "action": "rewrite",
        "reason": "A reason.",
        "guidance": "Some guidance.",
        **given,
        **more,
    }


def ruleset(*rules: dict[str, Any], **header: Any) -> Ruleset:
    content = {"id": "ours", "version": "1.0.0", "title": "Ours", "rules": rules, **header}
    pack = Pack.model_validate(_tuples(content))
    return compile_packs([LoadedPack(pack, "", Path("ours.yaml"))], WordEncoder())


def _tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_tuples, value))
    return {k: _tuples(v) for k, v in value.items()} if isinstance(value, dict) else value


PLAIN = ruleset()  # without patterns


def seen(
    rules: Ruleset | None = None,
    *,
    user: str = "",
    draft: str = "",
    earlier: Sequence[str] = (),
    functions: dict[Function, float] | None = None,
    signals: Sequence[Function] = (),
    emotion: float | None = None,
    intensity: int = 0,
    risk: Risk = Risk(),  # noqa: B008 - frozen
    beliefs: Sequence[Belief] = (),
    stances: Sequence[StanceName] = (),
    acts: Sequence[ActName] = (),
    kept: tuple[Function, ...] = (),
    erased: tuple[Function, ...] = (),
    trajectory: Trajectory = Trajectory(),  # noqa: B008
    shown_by: dict[str, Span] | None = None,
    off: bool = False,
    role: Role = "assistant",
    domains: frozenset[str] = frozenset(),
    **scores: float,
) -> Seen:
    rules = rules or PLAIN
    documents, sought = rules.documents, rules.sought
    encoder = WordEncoder()

    def scored(text: str, side: Any) -> Scored:
        document = documents.read(text, side) if text else EMPTY[side]
        return Scored(document, encoder.encode([s.text for s in document.sentences]), {})

    audit = Audit(
        sentences=tuple(
            DraftSentence(
                span=Span(source="draft", start=0, end=1),
                acts=(Act(name=act, probability=0.9),),
                specificity=0.5,
            )
            for act in acts
        ),
        stances=tuple(Stance(belief=0, stance=s, probability=0.9) for s in stances),
        kept=kept,
        erased=erased,
        risk_handled="na" if risk.level == "none" else "no",
    )
    reading = Reading(
        inference="off" if off else "full",
        emotions=()
        if emotion is None
        else (Emotion(name="sadness", probability=emotion, stated=True, span=HERE),),
        intensity=intensity,
        signals=tuple(Signal(function=f, probability=0.9, evidence=HERE) for f in signals),
        primary=signals[0] if signals else None,
        beliefs=tuple(beliefs),
        risk=risk,
        trajectory=trajectory,
    )
    known: dict[Function, float] = {"self": 0.0, "other": 0.0, "norm": 0.0}
    said = scored(user, "user")
    return Seen(
        read=Read(reading, None if off else known | (functions or {}), {}),
        examined=Examined(audit, Scores(**scores), shown_by or {}),
        user=said,
        user_scanned=Scanned(said.document, said.vectors, sought["user"]),
        draft=scored(draft, "draft"),
        earlier=tuple(documents.read(text, "user") for text in earlier),
        sought=sought,
        encode=lambda document: encoder.encode([s.text for s in document.sentences]),
        role=role,
        domains=domains,
    )


def fired(rules: Ruleset, **sight: Any) -> list[str]:
    findings, _ = find(rules, seen(rules, **sight), {"ours"})
    return [finding.rule for finding in findings]


def fires(condition: dict[str, Any], **sight: Any) -> bool:
    return bool(fired(ruleset(rule(**{"if": condition})), **sight))


class TestScore:
    @pytest.mark.parametrize(("score", "held"), [(0.49, False), (0.5, True), (0.51, True)])
    def test_a_rule_fires_from_its_threshold_on(self, score: float, held: bool) -> None:
        assert bool(fired(ruleset(rule(at_least=0.5)), soothe_only=score)) is held

    def test_a_label_that_was_not_judged_fires_no_rule(self) -> None:
        assert fired(ruleset(rule(label="soothe_only", at_least=0.0)), flip=0.9) == []

    def test_a_finding_tells_score_threshold_place_pack_and_why(self) -> None:
        place = Span(source="draft", start=3, end=9)
        rules = ruleset(rule(at_least=0.4))

        ((found,), _) = find(
            rules, seen(shown_by={"soothe_only": place}, soothe_only=0.7), {"ours"}
        )

        assert (found.score, found.threshold, found.span) == (0.7, 0.4, place)
        assert (found.rule, found.pack, found.label) == ("ours.rule", "ours", "soothe_only")
        assert found.because == ("soothe_only 0.70 (needs 0.40)",)

    def test_rules_of_a_pack_that_is_not_in_force_do_not_fire(self) -> None:
        rules = ruleset(rule())

        assert find(rules, seen(soothe_only=0.9), {"base"}) == ((), ())

    def test_every_rule_that_fires_is_found_once(self) -> None:
        rules = ruleset(*(rule(f"ours.rule{i}", at_least=i / 10) for i in range(10)))

        assert sorted(fired(rules, soothe_only=0.5)) == [f"ours.rule{i}" for i in range(6)]


class TestConditions:
    @pytest.mark.parametrize(
        ("wanted", "sight", "held"),
        [
            pytest.param("emotional", {}, False, id="emotional: nothing felt"),
            pytest.param("emotional", {"emotion": 0.4}, False, id="emotional: hardly"),
            pytest.param("emotional", {"emotion": 0.9}, True, id="emotional: an emotion"),
            pytest.param("emotional", {"functions": {"norm": 0.8}}, True, id="emotional: function"),
            pytest.param(
                "emotional", {"risk": Risk(level="possible", probability=0.9)}, True, id="a risk"
            ),
            pytest.param("signal", {"emotion": 0.9}, False, id="signal: an emotion alone"),
            pytest.param("signal", {"signals": ["self"]}, True, id="signal: a signal"),
            pytest.param("emotional", {"off": True}, True, id="emotions are not read"),
        ],
    )
    def test_message(self, wanted: str, sight: dict[str, Any], held: bool) -> None:
        assert fires({"message": wanted}, **sight) is held

    @pytest.mark.parametrize(
        ("condition", "yes", "no"),
        [
            ({"functions": ["norm", "other"]}, {"signals": ["other"]}, {"signals": ["self"]}),
            ({"primary": ["norm"]}, {"signals": ["norm", "self"]}, {"signals": ["self", "norm"]}),
            ({"emotions": ["sadness"]}, {"emotion": 0.9}, {}),
            ({"intensity": 2}, {"intensity": 3}, {"intensity": 1}),
            ({"risk": ["acute"]}, {"risk": Risk(level="acute")}, {"risk": Risk(level="possible")}),
            ({"risk_handled": "no"}, {"risk": Risk(level="possible")}, {}),
            (
                {"trajectory": ["rising"]},
                {"trajectory": Trajectory(direction="rising")},
                {"trajectory": Trajectory(direction="falling")},
            ),
            ({"acts": ["advise"]}, {"acts": ["advise"]}, {"acts": ["soothe"]}),
            ({"no_acts": ["refer"]}, {"acts": ["soothe"]}, {"acts": ["refer"]}),
            ({"kept": ["self"]}, {"kept": ("self",)}, {"kept": ("norm",)}),
            ({"erased": ["self"]}, {"erased": ("self",)}, {}),
            ({"stance": ["concede"]}, {"stances": ["concede"]}, {"stances": ["challenge"]}),
            ({"scores": {"flip": 0.4}}, {"flip": 0.4}, {"flip": 0.3}),
            ({"questions": 2}, {"draft": "Why? When?"}, {"draft": "Why? Well."}),
            ({"words": 3}, {"draft": "One two three."}, {"draft": "One two."}),
            ({"role": ["companion"]}, {"role": "companion"}, {"role": "assistant"}),
            ({"domains": ["eating"]}, {"domains": frozenset({"eating"})}, {}),
            (
                {"beliefs": ["delusional"]},
                {"beliefs": [Belief(type="delusional", false=0.8, span=HERE)]},
                {"beliefs": [Belief(type="delusional", false=0.4, span=HERE)]},
            ),
            (
                {"any": [{"intensity": 3}, {"acts": ["advise"]}]},
                {"acts": ["advise"]},
                {"intensity": 2},
            ),
            ({"user": {"phrases": ["can not sleep"]}}, {"user": "I can't sleep."}, {"user": "Hi."}),
            ({"draft": {"phrases": ["cheer up"]}}, {"draft": "Cheer up!"}, {"user": "Cheer up!"}),
            (
                {"draft": {"tokens": [[{"LOWER": "try"}, {"LIKE_NUM": True}]]}},
                {"draft": "Try 3 of them."},
                {"draft": "Try them."},
            ),
            (
                {"draft": {"phrases": ["sorry"], "times": 2}},
                {"draft": "I'm sorry. So sorry."},
                {"draft": "I'm sorry."},
            ),
            (
                {"earlier": {"phrases": ["the stove"]}},
                {"earlier": ["Is the stove off?"]},
                {"user": "Is the stove off?"},
            ),
        ],
    )
    def test_a_condition_holds_on_the_one_and_not_on_the_other(
        self, condition: dict[str, Any], yes: dict[str, Any], no: dict[str, Any]
    ) -> None:
        assert fires(condition, **yes)
        assert not fires(condition, **no)

    def test_all_that_stands_in_a_condition_must_hold(self) -> None:
        both = {"intensity": 2, "acts": ["soothe"]}

        assert fires(both, intensity=2, acts=["soothe"])
        assert not fires(both, intensity=2)
        assert not fires(both, acts=["soothe"])

    def test_a_rule_does_not_fire_where_an_exception_holds(self) -> None:
        rules = ruleset(rule(unless=[{"intensity": 3}, {"acts": ["refer"]}]))

        assert fired(rules, soothe_only=0.9)
        assert not fired(rules, soothe_only=0.9, intensity=3)
        assert not fired(rules, soothe_only=0.9, acts=["refer"])


class TestMeaning:
    def test_a_sentence_near_an_exemplar_says_it(self) -> None:
        condition = {"draft": {"exemplars": ["rain rain sun"], "at_least": 0.9}}

        assert fires(condition, draft="Hello. Rain rain rain sun.")
        assert not fires(condition, draft="Rain sun sun.")

    def test_a_sentence_nearer_to_what_is_not_meant_does_not_say_it(self) -> None:
        says = {"exemplars": ["rain"], "unlike": ["rain sun"], "at_least": 0.6}

        assert fires({"draft": says}, draft="Rain.")
        assert not fires({"draft": says}, draft="Rain sun.")

    def test_the_finding_points_to_the_sentence_and_names_the_exemplar(self) -> None:
        rules = ruleset(rule(**{"if": {"draft": {"exemplars": ["snow"], "at_least": 0.9}}}))

        ((found,), _) = find(rules, seen(rules, draft="Sun. Snow."), {"ours"})

        assert found.span == Span(source="draft", start=5, end=10)
        assert found.score == pytest.approx(1.0)
        assert found.label == "move"
        assert found.because == ("draft: near 'snow' (1.00)",)

    def test_how_often_the_same_was_asked_before(self) -> None:
        condition = {"asked_before": 2}

        assert fires(condition, user="Rain?", earlier=["Rain.", "Sun.", "Rain rain."])
        assert not fires(condition, user="Rain?", earlier=["Rain.", "Sun."])


class TestOrder:
    @pytest.mark.parametrize(("low", "high"), list(itertools.combinations(SEVERITIES, 2)))
    def test_the_graver_severity_decides_whatever_the_score_and_the_order(
        self, low: Severity, high: Severity
    ) -> None:
        weak = rule("ours.weak", severity=low)
        grave = rule("ours.grave", label="flip", at_least=0.5, severity=high)

        for both in ((weak, grave), (grave, weak)):
            findings, _ = find(ruleset(*both), seen(soothe_only=0.99, flip=0.6), {"ours"})

            assert [f.rule for f in findings] == ["ours.grave", "ours.weak"]
            assert decide(findings, "annotate").rule == "ours.grave"

    def test_among_equally_grave_ones_the_more_specific_comes_first(self) -> None:
        broad = rule("ours.broad")
        narrow = rule("ours.narrow", label="flip", at_least=0.5, **{"if": {"intensity": 1}})

        rules = ruleset(broad, narrow)

        assert fired(rules, soothe_only=0.9, flip=0.5, intensity=1) == ["ours.narrow", "ours.broad"]

    def test_then_the_stronger_action_and_then_the_higher_score(self) -> None:
        mild, strong = rule("ours.mild", action="annotate"), rule("ours.strong")
        higher = rule("ours.higher", label="flip", at_least=0.5)

        rules = ruleset(mild, strong, higher)

        assert fired(rules, soothe_only=0.6, flip=0.9) == [
            "ours.higher",
            "ours.strong",
            "ours.mild",
        ]

    def test_the_report_says_whose_action_is_done_and_why(self) -> None:
        grave = rule("ours.grave", severity="high", action="annotate")
        strong = rule("ours.strong", label="flip", at_least=0.5, action="fallback")

        findings, resolved = find(ruleset(grave, strong), seen(soothe_only=0.9, flip=0.9), {"ours"})

        assert decide(findings, "block").action == "fallback"
        assert resolved == (
            Resolution(
                won="ours.strong",
                lost="ours.grave",
                why="asks for fallback, which is more than annotate",
            ),
        )


def permit(severity: Severity, **more: Any) -> dict[str, Any]:
    permits = {"kind": "permit", "permits": ["soothe_only"], "severity": severity}
    return rule("ours.permit", **{"if": {"intensity": 3}}, **permits, **more)


class TestPermits:
    def test_a_graver_permit_takes_the_finding_back(self) -> None:
        rules = ruleset(rule(), permit("high"))

        findings, resolved = find(rules, seen(soothe_only=0.9, intensity=3), {"ours"})

        assert findings == ()
        assert resolved == (
            Resolution(won="ours.permit", lost="ours.rule", why="severity high over medium"),
        )

    def test_a_less_grave_one_does_not_and_the_report_says_so(self) -> None:
        rules = ruleset(rule(), permit("low"))

        findings, resolved = find(rules, seen(soothe_only=0.9, intensity=3), {"ours"})

        assert [f.rule for f in findings] == ["ours.rule"]
        assert [(r.won, r.lost) for r in resolved] == [("ours.rule", "ours.permit")]

    def test_of_equal_gravity_the_more_specific_prevails(self) -> None:
        narrow = permit("medium")
        narrow["if"] = {"intensity": 3, "acts": ["soothe"]}

        rules = ruleset(rule(), narrow)

        assert fired(rules, soothe_only=0.9, intensity=3, acts=["soothe"]) == []

    def test_of_equal_gravity_and_specificity_what_forbids_prevails(self) -> None:
        assert fired(ruleset(rule(), permit("medium")), soothe_only=0.9, intensity=3)

    def test_other_labels_are_not_touched(self) -> None:
        rules = ruleset(rule(label="flip", at_least=0.5), permit("critical"))

        assert fired(rules, flip=0.9, intensity=3) == ["ours.rule"]

    def test_no_permit_takes_back_a_critical_finding_or_a_missing_move(self) -> None:
        grave = rule(severity="critical")
        missing = rule("ours.move", kind="require", label="soothe_only", at_least=0.5)

        rules = ruleset(grave, missing, permit("critical"))

        assert fired(rules, soothe_only=0.9, intensity=3) == ["ours.rule", "ours.move"]

    def test_a_permit_alone_flags_nothing(self) -> None:
        assert fired(ruleset(permit("high")), intensity=3) == []


class TestRequired:
    @given(st.lists(st.sampled_from(SEVERITIES), min_size=1, max_size=8))
    def test_at_most_three_missing_moves_are_reported_the_gravest(
        self, severities: list[Severity]
    ) -> None:
        rules = ruleset(
            *(
                rule(f"ours.r{i}", kind="require", severity=severity, **{"if": {"words": 1}})
                for i, severity in enumerate(severities)
            )
        )

        findings, resolved = find(rules, seen(draft="Hello."), {"ours"})

        assert len(findings) == min(len(severities), MOST_REQUIRED)
        assert len(resolved) == max(len(severities) - MOST_REQUIRED, 0)
        ranks = [SEVERITIES.index(f.severity) for f in findings]
        assert ranks == sorted(map(SEVERITIES.index, severities), reverse=True)[:MOST_REQUIRED]

    def test_what_is_forbidden_is_reported_besides(self) -> None:
        required = [
            rule(f"ours.r{i}", kind="require", **{"if": {"words": 1}}) for i in range(MOST_REQUIRED)
        ]

        findings: tuple[Finding, ...]
        findings, _ = find(
            ruleset(*required, rule()), seen(draft="Hello.", soothe_only=0.9), {"ours"}
        )

        assert len(findings) == MOST_REQUIRED + 1
