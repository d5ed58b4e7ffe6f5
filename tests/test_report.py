"""The values of a report: frozen, strict, and the same after a trip through JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from guard import Guard, Turn
from guard.report import (
    Act,
    Action,
    ActName,
    Attempt,
    AttemptOutcome,
    Audit,
    Belief,
    BeliefType,
    Chosen,
    Citation,
    Digests,
    DraftSentence,
    Emotion,
    EmotionName,
    Fault,
    Finding,
    Function,
    Inference,
    Label,
    Mode,
    Opinion,
    Outcome,
    Reading,
    Recorded,
    Reply,
    Report,
    Resolution,
    Risk,
    RiskLevel,
    Scores,
    Severity,
    Signal,
    Span,
    Stance,
    StanceName,
    Timings,
    Trajectory,
    Value,
    Verdict,
    Writer,
)

TEXT = st.text(max_size=12)
MAYBE_TEXT = st.none() | TEXT
PROBABILITY = st.floats(0, 1)
MILLISECONDS = st.none() | st.floats(0, 1e7)


def one_of(literal: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


SPAN = st.tuples(st.sampled_from(["user", "draft"]), st.integers(0, 99), st.integers(0, 99)).map(
    lambda drawn: Span(source=drawn[0], start=min(drawn[1:]), end=max(drawn[1:]))
)
EMOTION = st.builds(
    Emotion, name=one_of(EmotionName), probability=PROBABILITY, stated=st.booleans(), span=SPAN
)
SIGNAL = st.builds(Signal, function=one_of(Function), probability=PROBABILITY, evidence=SPAN)
BELIEF = st.builds(
    Belief,
    type=one_of(BeliefType),
    false=PROBABILITY,
    span=SPAN,
    known=MAYBE_TEXT,
    correction=MAYBE_TEXT,
    source=MAYBE_TEXT,
)
RISK = st.builds(Risk, level=one_of(RiskLevel), probability=PROBABILITY, spans=some(SPAN))
TRAJECTORY = st.builds(
    Trajectory,
    direction=st.sampled_from(["rising", "steady", "falling", "unknown"]),
    intensities=some(st.integers(0, 3)),
)
READING = st.builds(
    Reading,
    inference=one_of(Inference),
    emotions=some(EMOTION),
    intensity=st.integers(0, 3),
    signals=some(SIGNAL),
    primary=st.none() | one_of(Function),
    beliefs=some(BELIEF),
    risk=RISK,
    trajectory=TRAJECTORY,
)
ACT = st.builds(Act, name=one_of(ActName), probability=PROBABILITY)
SENTENCE = st.builds(DraftSentence, span=SPAN, acts=some(ACT), specificity=PROBABILITY)
STANCE = st.builds(
    Stance,
    belief=st.integers(0, 9),
    stance=one_of(StanceName),
    probability=PROBABILITY,
    span=st.none() | SPAN,
)
AUDIT = st.builds(
    Audit,
    sentences=some(SENTENCE),
    kept=some(one_of(Function)),
    erased=some(one_of(Function)),
    stances=some(STANCE),
    risk_handled=st.sampled_from(["yes", "no", "na"]),
)
CITATION = st.builds(Citation, text=TEXT, url=MAYBE_TEXT)
FINDING = st.builds(
    Finding,
    rule=TEXT,
    label=TEXT,
    severity=one_of(Severity),
    action=one_of(Action),
    score=PROBABILITY,
    threshold=PROBABILITY,
    reason=TEXT,
    span=st.none() | SPAN,
    citation=st.none() | CITATION,
)
VERDICT = st.builds(
    Verdict,
    outcome=one_of(Outcome),
    action=one_of(Action),
    reason=TEXT,
    rule=MAYBE_TEXT,
    fault=st.none() | one_of(Fault),
)
REPLY = st.builds(Reply, text=TEXT, action=one_of(Action), changed=st.booleans())
ATTEMPT = st.builds(
    Attempt,
    by=one_of(Writer),
    outcome=one_of(AttemptOutcome),
    reason=TEXT,
    model=MAYBE_TEXT,
    ms=MILLISECONDS,
    tokens_in=st.integers(0, 9),
    cost=st.none() | st.floats(0, 9),
)
OPINION = st.builds(
    Opinion,
    label=one_of(Label),
    found=st.none() | st.booleans(),
    model=TEXT,
    ms=st.floats(0, 1e7),
)
RECORDED = st.builds(
    Recorded,
    id=st.none() | TEXT,
    state=st.sampled_from(["durable", "spooled", "dropped", "failed"]),
)
SCORES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(Scores.model_fields, st.none() | PROBABILITY)
).map(lambda drawn: Scores(**drawn))
TIMINGS = st.builds(Timings, audit_ms=MILLISECONDS, repair_ms=MILLISECONDS, total_ms=MILLISECONDS)
DIGESTS = st.builds(Digests, encoder=TEXT, packs=st.dictionaries(TEXT, TEXT, max_size=2))
REPORT = st.builds(
    Report,
    guard=TEXT,
    mode=one_of(Mode),
    reading=READING,
    audit=AUDIT,
    findings=some(FINDING),
    verdict=VERDICT,
    reply=REPLY,
    attempts=some(ATTEMPT),
    opinions=some(OPINION),
    scores=SCORES,
    timings=TIMINGS,
    digests=DIGESTS,
    record=st.none() | RECORDED,
)


def full_report() -> Report:
    """A report in which every kind of value is there once."""
    span = Span(source="user", start=0, end=4)
    return Report(
        guard="0.0.1",
        mode="annotate",
        reading=Reading(
            emotions=(Emotion(name="grief", probability=0.9, stated=True, span=span),),
            signals=(Signal(function="self", probability=0.8, evidence=span),),
            beliefs=(Belief(type="self", false=0.7, span=span),),
            risk=Risk(level="possible", probability=0.6, spans=(span,)),
        ),
        audit=Audit(
            sentences=(
                DraftSentence(
                    span=Span(source="draft", start=0, end=9),
                    acts=(Act(name="soothe", probability=0.9),),
                    specificity=0.1,
                ),
            ),
            stances=(Stance(belief=0, stance="silent", probability=0.5, span=span),),
        ),
        findings=(
            Finding(
                rule="base.soothe-only",
                label="soothe_only",
                severity="medium",
                action="rewrite",
                score=0.9,
                threshold=0.5,
                reason="Only soothes.",
                span=span,
                citation=Citation(text="A paper"),
            ),
        ),
        resolutions=(Resolution(won="grief.permit", lost="base.cold", why="severity"),),
        packs=(Chosen(pack="base", why="always in force"),),
        verdict=Verdict(outcome="flag", action="annotate", reason="Only soothes."),
        reply=Reply(text="hugs", action="annotate"),
        attempts=(Attempt(by="offline", outcome="nothing_sure"),),
        opinions=(Opinion(label="flip", found=True, model="small", ms=12.0),),
        scores=Scores(soothe_only=0.9),
        digests=Digests(encoder="abc", packs={"base@0.1.0": "def"}),
        record=Recorded(id="0190", state="durable"),
    )


def values_in(value: object) -> Iterator[Value]:
    if isinstance(value, Value):
        yield value
        for name in type(value).model_fields:
            yield from values_in(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from values_in(item)


EACH_KIND = {type(value).__name__: value for value in values_in(full_report())}


def test_the_sample_report_holds_every_kind_of_value() -> None:
    kinds = {
        kind.__name__
        for kind in Value.__subclasses__()
        if kind.__module__.startswith("guard.report.")
    }

    assert kinds == set(EACH_KIND)


@pytest.mark.parametrize("value", EACH_KIND.values(), ids=EACH_KIND)
def test_no_value_can_be_changed(value: Value) -> None:
    for field in type(value).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(value, field, getattr(value, field))


@pytest.mark.parametrize("value", EACH_KIND.values(), ids=EACH_KIND)
def test_a_field_that_is_not_known_is_refused(value: Value) -> None:
    fields = value.model_dump() | {"colour": "green"}

    with pytest.raises(ValidationError, match="colour"):
        type(value).model_validate(fields)


@pytest.mark.parametrize("value", EACH_KIND.values(), ids=EACH_KIND)
def test_values_with_the_same_fields_are_equal(value: Value) -> None:
    copy = type(value).model_validate(value.model_dump())

    assert copy == value
    assert copy is not value


@settings(max_examples=100)
@given(REPORT)
def test_a_report_is_the_same_after_json(report: Report) -> None:
    again = Report.model_validate_json(report.model_dump_json())

    assert again == report


@settings(max_examples=30)
@given(
    st.one_of(
        SPAN,
        EMOTION,
        SIGNAL,
        BELIEF,
        RISK,
        TRAJECTORY,
        READING,
        ACT,
        SENTENCE,
        STANCE,
        AUDIT,
        CITATION,
        FINDING,
        VERDICT,
        REPLY,
        SCORES,
        TIMINGS,
        DIGESTS,
    )
)
def test_each_value_is_the_same_after_json(value: Value) -> None:
    again = type(value).model_validate_json(value.model_dump_json())

    assert again == value


def test_a_report_says_the_version_of_its_form() -> None:
    dumped = full_report().model_dump(mode="json")

    assert dumped["version"] == "3"


def test_a_report_of_the_first_form_can_still_be_read() -> None:
    fields = full_report().model_dump() | {"version": "1"}
    for added in ("resolutions", "packs"):
        del fields[added]

    assert Report.model_validate(fields).packs == ()


def test_a_report_of_another_version_is_refused() -> None:
    fields = full_report().model_dump() | {"version": "4"}

    with pytest.raises(ValidationError, match="version"):
        Report.model_validate(fields)


def test_a_broken_report_is_refused_without_quoting_its_texts() -> None:
    fields = full_report().model_dump() | {"reply": {"text": {"was": "xylophone"}}}

    with pytest.raises(ValidationError) as caught:
        Report.model_validate(fields)

    assert "reply.text" in str(caught.value)
    assert "xylophone" not in str(caught.value)


def test_timings_are_empty_unless_measured() -> None:
    report = full_report()

    assert report.timings == Timings(audit_ms=None, repair_ms=None, total_ms=None)


def test_a_span_may_be_empty() -> None:
    span = Span(source="draft", start=3, end=3)

    assert span.start == span.end


@pytest.mark.parametrize(
    ("source", "start", "end"), [("user", 5, 4), ("draft", -1, 4), ("system", 0, 1)]
)
def test_a_span_that_is_backwards_negative_or_of_another_text_is_refused(
    source: Any, start: int, end: int
) -> None:
    with pytest.raises(ValidationError):
        Span(source=source, start=start, end=end)


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan"), float("inf")])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValidationError):
        Act(name="soothe", probability=probability)


@pytest.mark.parametrize("intensity", [-1, 4])
def test_an_intensity_off_the_scale_is_refused(intensity: int) -> None:
    with pytest.raises(ValidationError):
        Reading(intensity=intensity)


def test_a_reading_of_nothing_shows_nothing() -> None:
    reading = Reading()

    assert reading.risk.level == "none"
    assert reading.emotions == reading.signals == reading.beliefs == ()
    assert reading.primary is None


def test_scores_are_read_as_attribute_as_item_and_as_dict() -> None:
    scores = Scores(self=0.25, flag=1.0)

    assert scores.self == scores["self"] == dict(scores)["self"] == 0.25
    assert scores.flag == scores["flag"] == dict(scores)["flag"] == 1.0


def test_scores_have_all_labels_and_none_where_not_judged() -> None:
    scores = Scores(cold=0.5)

    assert set(scores.keys()) == set(Scores.model_fields)
    assert dict(scores.items()) == dict(scores)
    assert [label for label, score in scores.items() if score is not None] == ["cold"]


@pytest.mark.parametrize("label", ["colour", "model_fields", "keys", ""])
def test_an_unknown_label_is_a_key_error(label: str) -> None:
    scores = Scores()

    with pytest.raises(KeyError):
        scores[label]


def test_a_verdict_is_no_boolean() -> None:
    verdict = Verdict(outcome="flag", action="annotate", reason="why")

    with pytest.raises(TypeError, match="outcome"):
        bool(verdict)


def test_what_is_printed_of_a_turn_and_a_reply_holds_no_text() -> None:
    turn = Turn.of("zebrafinch", "zebrafinch")
    reply = Reply(text="zebrafinch", action="release")

    assert "zebrafinch" not in repr(turn) + str(turn) + repr(reply) + str(reply)


def test_what_goes_into_the_history_is_what_went_out_and_never_a_withheld_draft(
    guard_: Guard,
) -> None:
    blocking = Guard(mode="block", encoder=guard_.judge.encoder)
    draft = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"

    report = blocking.check(user="My dog died last night.", draft=draft)

    assert report.reply.changed
    assert report.history_message == {"role": "assistant", "content": report.reply.text}
    assert Turn.from_messages([report.history_message]).draft == report.reply.text
    assert "history_message" not in report.model_dump()
