"""Guard: a turn in, a report out; what goes out in each mode, what is recorded, what may fail."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from guard import Guard, InputError, PackError, Report, Timings, Turn
from guard.models.labels import SEGMENTS
from guard.models.reader import Reader
from guard.packs.load import load_packs
from guard.packs.sources import rules_directory
from guard.report import Mode

MODES: tuple[Mode, ...] = ("observe", "annotate", "rewrite", "block")
LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"
TAKING_UP = "A house without Bruno in it must be very quiet. What do you miss most about him?"
DANGER = "I don't want to live anymore. I'm going to kill myself tonight."
CHEERING = "Cheer up, tomorrow is another day!"
QUESTION, ANSWER = "How many metres are there in a mile?", "A mile has 1,609 metres."


def turn(user: str = LOSS, draft: str = SOOTHING, context: Sequence[dict[str, str]] = ()) -> Turn:
    return Turn.of(user, draft, context)


Change = Callable[[list[NDArray[np.float32]], int], None]


class Switchable:
    """The model's session, until it is told to do something else with what it gives."""

    def __init__(self, session: Any) -> None:
        self._real = session
        self.instead: Change | None = None

    def run(
        self, names: list[str] | None, given: dict[str, NDArray[Any]]
    ) -> list[NDArray[np.float32]]:
        arrays = [np.array(array) for array in self._real.run(names, given)]
        if self.instead is not None:
            self.instead(arrays, int(given["segment"][0, 0]))
        return arrays


def fail(_arrays: list[NDArray[np.float32]], _segment: int) -> None:
    raise ValueError("canary")


def constant(value: float) -> Change:
    return lambda arrays, _segment: arrays[0].fill(value)


def without_numbers_in(segment: str) -> Change:
    def spoil(arrays: list[NDArray[np.float32]], kind: int) -> None:
        if kind == SEGMENTS.index(segment):
            arrays[0][-1, :] = np.nan

    return spoil


def switchable(**settings: Any) -> tuple[Guard, Switchable]:
    reader = Reader(cache=0)
    session = Switchable(reader._session)
    reader._session = session
    return Guard(encoder=reader, **settings), session


def broken_guard(instead: Change, mode: Mode = "annotate") -> Guard:
    made, session = switchable(mode=mode)
    session.instead = instead
    return made


@pytest.fixture(scope="module")
def guards() -> dict[Mode, Guard]:
    encoder = Reader()
    return {mode: Guard(mode, encoder=encoder) for mode in MODES}


@pytest.fixture(scope="module")
def packs_fallback() -> str:
    (base,) = load_packs(("base",))
    assert base.pack.fallback is not None
    return base.pack.fallback


@pytest.fixture(scope="module")
def risk_fallback() -> str:
    (base,) = load_packs(("base",))
    (fallback,) = [rule.fallback for rule in base.pack.rules if rule.label == "risk_unhandled"]
    assert fallback is not None
    return fallback


class TestWhatIsTaken:
    def test_a_turn_a_pair_and_messages_give_the_same_report(self, guard_: Guard) -> None:
        messages = [{"role": "user", "content": LOSS}]

        by_turn = guard_.audit(turn())
        by_pair = guard_.audit(user=LOSS, draft=SOOTHING)
        by_messages = guard_.audit(messages=messages, draft=SOOTHING)

        assert by_turn == by_pair == by_messages

    def test_a_final_assistant_message_is_the_draft(self, guard_: Guard) -> None:
        messages = [
            {"role": "user", "content": LOSS},
            {"role": "assistant", "content": SOOTHING},
        ]

        report = guard_.audit(messages=messages)

        assert report == guard_.audit(turn())

    def test_messages_may_come_from_a_generator(self, guard_: Guard) -> None:
        messages = ({"role": role, "content": LOSS} for role in ("user",))

        report = guard_.audit(messages=messages, draft=SOOTHING)

        assert report == guard_.audit(turn())

    def test_a_draft_beside_a_turn_takes_the_place_of_its_own(self, guard_: Guard) -> None:
        report = guard_.audit(turn(draft=SOOTHING), draft=TAKING_UP)

        assert report == guard_.audit(turn(draft=TAKING_UP))
        assert report.reply.text == TAKING_UP

    @pytest.mark.parametrize("method", ["audit", "check"])
    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param({}, id="nothing"),
            pytest.param({"draft": SOOTHING}, id="a draft alone"),
            pytest.param({"turn": turn(), "user": LOSS}, id="a turn and a user message"),
            pytest.param({"turn": turn(), "messages": []}, id="a turn and messages"),
            pytest.param({"user": LOSS, "messages": [], "draft": ""}, id="a user and messages"),
            pytest.param({"turn": {"user": LOSS, "draft": SOOTHING}}, id="a dict for a turn"),
            pytest.param({"turn": LOSS, "draft": SOOTHING}, id="a text for a turn"),
            pytest.param({"user": 7, "draft": SOOTHING}, id="a number for a user message"),
            pytest.param({"user": LOSS, "draft": 7}, id="a number for a draft"),
            pytest.param({"user": LOSS, "draft": 0}, id="a zero for a draft"),
            pytest.param({"turn": turn(), "draft": 7}, id="a number for a turn's draft"),
            pytest.param({"user": b"hello", "draft": SOOTHING}, id="bytes for a user message"),
            pytest.param({"messages": LOSS, "draft": SOOTHING}, id="a text for messages"),
            pytest.param({"messages": [LOSS], "draft": SOOTHING}, id="a text for a message"),
            pytest.param({"messages": [{"role": "king", "content": "hi"}]}, id="an unknown role"),
            pytest.param({"messages": [{"content": "hi"}]}, id="no role"),
            pytest.param({"messages": [{"role": "user", "content": 7}]}, id="a number as content"),
        ],
    )
    def test_arguments_that_make_no_turn_are_an_input_error(
        self, guard_: Guard, method: str, arguments: dict[str, Any]
    ) -> None:
        with pytest.raises(InputError) as raised:
            getattr(guard_, method)(**arguments)

        assert LOSS not in str(raised.value)
        assert SOOTHING not in str(raised.value)

    def test_a_broken_character_in_a_draft_beside_a_turn_can_still_be_written_down(
        self, guard_: Guard
    ) -> None:
        report = guard_.audit(turn(), draft="Stay strong! \ud83d")

        assert Report.model_validate_json(report.model_dump_json()) == report

    @pytest.mark.parametrize(
        "arguments",
        [{"mode": "loud"}, {"mode": ""}, {"mode": "Block"}, {"emotion_inference": "some"}],
    )
    def test_a_wrong_name_of_mode_or_inference_is_a_value_error(
        self, arguments: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match="must be one of"):
            Guard(**arguments)

    def test_a_pack_that_is_not_there_is_a_pack_error(self) -> None:
        with pytest.raises(PackError, match="no pack"):
            Guard(packs=("nowhere",))


class TestModes:
    @pytest.mark.parametrize("mode", MODES)
    def test_a_draft_that_takes_the_signal_up_goes_out_in_every_mode(
        self, guards: dict[Mode, Guard], mode: Mode
    ) -> None:
        report = guards[mode].check(turn(draft=TAKING_UP))

        assert report.verdict.outcome == "pass"
        assert report.verdict.action == "release"
        assert (report.reply.text, report.reply.changed) == (TAKING_UP, False)

    @pytest.mark.parametrize("draft", [SOOTHING, CHEERING])
    @pytest.mark.parametrize("user", [LOSS, DANGER, QUESTION])
    def test_observe_never_changes_the_text(
        self, guards: dict[Mode, Guard], user: str, draft: str
    ) -> None:
        report = guards["observe"].check(turn(user, draft))

        assert report.reply.text == draft
        assert report.reply.action == "release"
        assert not report.reply.changed

    @pytest.mark.parametrize(
        ("user", "draft", "would_do"),
        [(LOSS, SOOTHING, "rewrite"), (DANGER, CHEERING, "fallback")],
    )
    def test_observe_says_what_would_have_been_done(
        self, guards: dict[Mode, Guard], user: str, draft: str, would_do: str
    ) -> None:
        verdict = guards["observe"].check(turn(user, draft)).verdict

        assert verdict.outcome == "flag"
        assert verdict.action == would_do

    @pytest.mark.parametrize(("user", "draft"), [(LOSS, SOOTHING), (DANGER, CHEERING)])
    def test_annotate_leaves_the_text_and_lists_findings(
        self, guards: dict[Mode, Guard], user: str, draft: str
    ) -> None:
        report = guards["annotate"].check(turn(user, draft))

        assert report.verdict.outcome == "flag"
        assert report.findings
        assert report.verdict.action == report.reply.action == "annotate"
        assert (report.reply.text, report.reply.changed) == (draft, False)

    def test_rewrite_sends_another_text(self, guards: dict[Mode, Guard]) -> None:
        report = guards["rewrite"].check(turn())

        assert report.verdict.action == report.reply.action == "rewrite"
        assert report.reply.changed
        assert report.reply.text != SOOTHING

    def test_rewrite_falls_back_where_the_rule_asks_for_it(
        self, guards: dict[Mode, Guard], risk_fallback: str
    ) -> None:
        report = guards["rewrite"].check(turn(DANGER, CHEERING))

        assert report.verdict.action == report.reply.action == "fallback"
        assert (report.reply.text, report.reply.changed) == (risk_fallback, True)

    def test_block_sends_the_fallback_of_the_pack(
        self, guards: dict[Mode, Guard], packs_fallback: str
    ) -> None:
        report = guards["block"].check(turn(LOSS, SOOTHING))

        assert report.reply.action == "fallback"
        assert (report.reply.text, report.reply.changed) == (packs_fallback, True)

    def test_block_sends_the_deciding_rules_own_text_where_it_has_one(
        self, guards: dict[Mode, Guard], risk_fallback: str
    ) -> None:
        report = guards["block"].check(turn(DANGER, CHEERING))

        assert report.verdict.rule == "base.risk-unhandled"
        assert report.reply.text == risk_fallback

    def test_another_packs_fallback_never_replaces_the_text_for_danger(
        self, tmp_path: Path, risk_fallback: str
    ) -> None:
        pack = tmp_path / "ours.yaml"
        pack.write_text(
            'id: ours\nversion: "1.0.0"\ntitle: Ours\nfallback: A person will answer you.\n'
        )
        guard = Guard("block", packs=(pack,))

        report = guard.check(turn(DANGER, CHEERING))

        assert report.reply.text == risk_fallback

    def test_the_verdict_is_the_same_in_every_mode_apart_from_its_action(
        self, guards: dict[Mode, Guard]
    ) -> None:
        reports = [guards[mode].audit(turn()) for mode in MODES]

        assert len({r.verdict.outcome for r in reports}) == 1
        assert len({r.verdict.rule for r in reports}) == 1
        assert len({r.findings for r in reports}) == 1
        assert len({r.scores for r in reports}) == 1
        assert tuple(r.mode for r in reports) == MODES


class TestAudit:
    @pytest.mark.parametrize("user", [LOSS, DANGER, QUESTION])
    def test_the_same_turn_gives_the_same_report(self, guard_: Guard, user: str) -> None:
        first, second = guard_.audit(turn(user)), guard_.audit(turn(user))

        assert first == second
        assert first.model_dump_json() == second.model_dump_json()

    def test_a_report_does_not_depend_on_the_turn_before_it(self, guard_: Guard) -> None:
        alone = Guard(mode="annotate").audit(turn(QUESTION, ANSWER))

        guard_.audit(turn(DANGER, CHEERING))
        after_danger = guard_.audit(turn(QUESTION, ANSWER))

        assert after_danger == alone

    def test_an_audit_has_no_timings(self, guard_: Guard) -> None:
        report = guard_.audit(turn())

        assert report.timings == Timings(audit_ms=None, repair_ms=None, total_ms=None)

    def test_an_audit_records_nothing(self) -> None:
        recorded: list[Report] = []
        guard = Guard(record=recorded.append)

        guard.audit(turn())

        assert recorded == []

    def test_an_audit_leaves_the_draft_alone_even_in_mode_block(
        self, guards: dict[Mode, Guard]
    ) -> None:
        report = guards["block"].audit(turn(DANGER, CHEERING))

        assert report.verdict.action == "fallback"
        assert report.reply.text == CHEERING

    def test_an_audit_finds_what_a_check_finds(self, guard_: Guard) -> None:
        audited, checked = guard_.audit(turn()), guard_.check(turn())

        assert (
            checked.model_copy(update={"timings": audited.timings, "reply": audited.reply})
            == audited
        )

    def test_eight_threads_that_share_a_guard_give_what_one_gives(self, guard_: Guard) -> None:
        turns = [
            turn(f"{user} It is day {day}.", f"{draft} Day {day}.")
            for day in range(6)
            for user in (LOSS, DANGER, QUESTION)
            for draft in (SOOTHING, TAKING_UP, ANSWER)
        ]
        shared = Guard(mode="annotate", cache=16)

        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(shared.audit, turns))

        assert together == [guard_.audit(one) for one in turns]


class TestCheck:
    @pytest.mark.parametrize(("user", "draft"), [(LOSS, SOOTHING), (QUESTION, ANSWER), (LOSS, "")])
    def test_each_check_is_recorded_once_with_the_report_it_returns(
        self, user: str, draft: str
    ) -> None:
        recorded: list[Report] = []
        guard = Guard(record=recorded.append)

        report = guard.check(turn(user, draft))

        assert recorded == [report]

    def test_a_check_fills_its_timings(self, guard_: Guard) -> None:
        timings = guard_.check(turn()).timings

        assert timings.audit_ms is not None
        assert timings.repair_ms is not None
        assert timings.total_ms is not None
        assert 0 <= timings.audit_ms <= timings.total_ms

    def test_a_fault_is_recorded_too(self) -> None:
        recorded: list[Report] = []
        guard, session = switchable(record=recorded.append)
        session.instead = fail

        guard.check(turn())

        assert [report.verdict.fault for report in recorded] == ["error"]


class TestReport:
    def test_it_says_what_judged(self, guard_: Guard) -> None:
        digests = guard_.audit(turn()).digests

        base = hashlib.sha256((rules_directory() / "base.yaml").read_bytes()).hexdigest()
        (pack,) = load_packs(("base",))
        assert digests.encoder == Reader().digest
        assert digests.packs == {f"base@{pack.pack.version}": base}

    def test_a_report_on_a_turn_that_was_not_audited_has_digests_too(self, guard_: Guard) -> None:
        audited, unknown = guard_.audit(turn()), guard_.audit(turn(draft="x" * 100_000))

        assert unknown.verdict.outcome == "unknown"
        assert unknown.digests == audited.digests

    @pytest.mark.parametrize("draft", [SOOTHING, TAKING_UP, ""])
    def test_its_json_reads_back_as_the_same_report(self, guard_: Guard, draft: str) -> None:
        report = guard_.check(turn(draft=draft))

        assert Report.model_validate_json(report.model_dump_json()) == report

    def test_the_finding_that_decided_comes_first_and_names_a_rule_in_force(
        self, guard_: Guard
    ) -> None:
        report = guard_.audit(turn(DANGER, CHEERING))

        assert report.verdict.rule == report.findings[0].rule == "base.risk-unhandled"
        assert report.findings[0].severity == "critical"
        assert {f.rule for f in report.findings} <= {rule.id for rule in guard_.rules}

    def test_every_finding_reaches_its_threshold_and_gives_its_reason(self, guard_: Guard) -> None:
        findings = guard_.audit(turn(DANGER, CHEERING)).findings

        assert findings
        assert all(finding.score >= finding.threshold for finding in findings)
        assert all(finding.reason for finding in findings)


class TestFaults:
    @pytest.mark.parametrize("method", ["audit", "check"])
    def test_a_failing_encoder_makes_the_outcome_unknown(self, method: str) -> None:
        guard = broken_guard(fail)

        report = getattr(guard, method)(turn())

        assert report.verdict.outcome == "unknown"
        assert report.verdict.fault == "error"
        assert report.findings == ()
        assert {score for _, score in report.scores.items()} == {None}

    def test_the_words_of_an_exception_are_not_passed_on(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        guard = broken_guard(fail)

        with caplog.at_level(logging.DEBUG):
            report = guard.check(turn())

        events = [json.loads(record.getMessage())["event"] for record in caplog.records]
        assert events == ["audit_failed", "turn_audited"]
        assert "canary" not in report.model_dump_json()
        assert "canary" not in caplog.text

    @pytest.mark.parametrize("mode", ["observe", "annotate", "rewrite"])
    def test_after_a_fault_the_draft_goes_out_unless_the_mode_blocks(self, mode: Mode) -> None:
        report = broken_guard(fail, mode).check(turn())

        assert report.verdict.outcome == "unknown"
        assert (report.reply.text, report.reply.changed) == (SOOTHING, False)

    def test_after_a_fault_mode_block_sends_the_fallback(self, packs_fallback: str) -> None:
        report = broken_guard(fail, "block").check(turn())

        assert report.verdict.outcome == "unknown"
        assert (report.reply.text, report.reply.changed) == (packs_fallback, True)

    def test_a_guard_recovers_when_its_encoder_does(self, guard_: Guard) -> None:
        guard, session = switchable()
        session.instead = fail
        guard.audit(turn())

        session.instead = None
        report = guard.audit(turn())

        assert report == guard_.audit(turn())

    # Outside of tests numpy only warns of these; that warning must not be what stops a pass.
    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize("user", [LOSS, DANGER, QUESTION])
    @pytest.mark.parametrize("draft", [SOOTHING, TAKING_UP, CHEERING, ANSWER])
    @pytest.mark.parametrize(
        "value", [float("nan"), float("inf"), float("-inf")], ids=["nan", "inf", "-inf"]
    )
    def test_an_encoder_that_gives_no_numbers_never_leads_to_a_pass(
        self, numberless: dict[str, Guard], user: str, draft: str, value: float
    ) -> None:
        report = numberless[str(value)].audit(turn(user, draft))

        assert report.verdict.outcome != "pass"

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize("inference", ["full", "stated", "off"])
    def test_no_numbers_never_lead_to_a_pass_however_emotions_are_read(
        self, inference: str
    ) -> None:
        guard, session = switchable(emotion_inference=inference)
        session.instead = constant(float("nan"))

        report = guard.audit(turn(QUESTION, ANSWER))

        assert report.verdict.outcome != "pass"

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize("inference", ["full", "stated", "off"])
    @pytest.mark.parametrize("segment", ["message", "draft"])
    def test_no_numbers_for_one_of_the_two_texts_never_lead_to_a_pass(
        self, inference: str, segment: str
    ) -> None:
        guard, session = switchable(emotion_inference=inference)
        session.instead = without_numbers_in(segment)

        report = guard.audit(turn(QUESTION, ANSWER))

        assert report.verdict.outcome != "pass"

    def test_an_encoder_that_forgets_a_token_never_leads_to_a_pass(self) -> None:
        def forget(arrays: list[NDArray[np.float32]], _segment: int) -> None:
            arrays[0] = arrays[0][1:]

        guard = broken_guard(forget)

        report = guard.audit(turn(QUESTION, ANSWER))

        assert report.verdict.outcome == "unknown"
        assert report.verdict.fault == "error"


@pytest.fixture(scope="module")
def numberless() -> dict[str, Guard]:
    return {
        str(value): broken_guard(constant(value))
        for value in (float("nan"), float("inf"), float("-inf"))
    }
