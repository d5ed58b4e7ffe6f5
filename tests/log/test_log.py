"""The log as an application holds it: what is kept, what a record says, reviews, reading, forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_factories import DRAFT, PACKS, USER, files_hold, open_log, report, turn
from structlog.testing import capture_logs

from guard.errors import InputError, LogError, MissingExtraError
from guard.log.log import Log
from guard.log.parts import Circumstances
from guard.log.record import PacksRecord, ReviewRecord, TextMode, TurnRecord, parse
from guard.log.texts import texts_of
from guard.log.verify import verify
from guard.report import Outcome, Risk, Span
from guard.turn import Turn


def records(log: Log, kind: str = "turn") -> list[TurnRecord]:
    return [parse(entry.body) for entry in log.store.entries(kind=kind)]


class TestWhatIsKept:
    @pytest.mark.parametrize("outcome", get_args(Outcome))
    @pytest.mark.parametrize("keep", ["flagged", "all"])
    def test_flagged_turns_and_those_not_audited_always_are(
        self, tmp_path: Path, keep: str, outcome: str
    ) -> None:
        with open_log(tmp_path, keep=keep) as log:
            receipt = log.record(report(outcome), turn())

            assert (receipt is None) == (outcome == "pass" and keep == "flagged")
            assert len(records(log)) == (receipt is not None)

    def test_sampling_keeps_a_share_of_what_passed_and_all_else(self, tmp_path: Path) -> None:
        with open_log(tmp_path, keep="sampled", rate=0.5, text="hashed") as log:
            passed = [log.record(report("pass"), turn()) for _ in range(60)]
            flagged = [log.record(report("flag"), turn()) for _ in range(5)]

            assert 10 < sum(receipt is not None for receipt in passed) < 50
            assert None not in flagged
            assert {record.sampled for record in records(log) if record.outcome == "pass"} == {True}

    @pytest.mark.parametrize(
        "setting", [{"keep": "none"}, {"text": "plain"}, {"on_error": "ignore"}, {"rate": 1.5}]
    )
    def test_a_setting_that_is_none_is_refused(
        self, tmp_path: Path, setting: dict[str, object]
    ) -> None:
        with pytest.raises(ValueError, match=next(iter(setting))):
            open_log(tmp_path, **setting)


class TestExtra:
    @pytest.mark.parametrize("package", ["apsw", "rfc8785", "cryptography"])
    def test_what_is_missing_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
    ) -> None:
        for name in [one for one in sys.modules if one.partition(".")[0] == package]:
            monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setitem(sys.modules, package, None)

        with (
            pytest.raises(MissingExtraError, match=r"emotion-signal-guard\[log\]"),
            open_log(tmp_path) as log,
        ):
            log.record(report(), turn())

    def test_a_guard_without_a_log_imports_none_of_it(self) -> None:
        code = (
            "import sys, guard.guard; "
            "print([n for n in ('apsw', 'rfc8785', 'cryptography') if n in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

        assert done.stdout.decode().strip() == "[]"


class TestRecord:
    def test_it_says_what_was_found_and_done(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(
                report(),
                turn(),
                subject="alice@example.org",
                client_request_id="c-1",
                request_id="req_1",
                errors=["TimeoutError", "has spaces"],
                circumstances=Circumstances(minor=True, session="s-1", model="small-1"),
            )
            (record,) = records(log)

        (finding,) = record.findings
        assert record.outcome == "flag"
        assert record.rule == finding.rule == "base.soothe-only"
        assert (finding.score, finding.threshold) == (967_123, 400_000)
        assert record.scores == {"self": 800_000, "soothe_only": 967_123}
        assert record.micros == {"audit": 12_346, "repair": 100, "total": 12_500}
        assert record.packs == ("base@0.1.0",)
        assert (record.client_request_id, record.request_id) == ("c-1", "req_1")
        assert record.errors == ("TimeoutError", "has_spaces")
        assert record.circumstances == Circumstances(minor=True, model="small-1")
        assert record.reading.signals[0].span.end == 9
        assert record.referral == "na"

    @pytest.mark.parametrize("mode", get_args(TextMode))
    def test_neither_text_nor_subject_is_readable_in_any_file(
        self, tmp_path: Path, mode: str
    ) -> None:
        with open_log(tmp_path, text=mode, redact=str.upper) as log:
            log.record(report(), turn(), subject="alice@example.org", request_id="found-me")
            held = files_hold(tmp_path, "Quokkaville", "QUOKKAVILLE", "alone", "alice@example.org")
            control = files_hold(tmp_path, "found-me")

        assert held == []
        assert control != []

    def test_packs_are_recorded_once_and_again_when_they_change(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            for digests in (PACKS, PACKS, PACKS | {"ours@1.0.0": "01" * 32}):
                log.record(report(digests=digests), turn())
            packs: list[PacksRecord] = records(log, "packs")  # type: ignore[assignment]
            turns = records(log)

        assert [record.packs for record in packs] == [PACKS, PACKS | {"ours@1.0.0": "01" * 32}]
        assert {record.ruleset for record in turns} == {record.ruleset for record in packs}

    @pytest.mark.parametrize(
        ("level", "done", "handled", "said"),
        [
            ("none", "fallback", "na", "na"),
            ("acute", "fallback", "no", "yes"),
            ("acute", "annotate", "no", "no"),
            ("possible", "annotate", "yes", "yes"),
        ],
    )
    def test_it_says_whether_help_was_pointed_to(
        self, tmp_path: Path, level: str, done: str, handled: str, said: str
    ) -> None:
        given = report(risk=Risk(level=level, probability=0.9))  # type: ignore[arg-type]
        given = given.model_copy(
            update={
                "reply": given.reply.model_copy(update={"action": done}),
                "audit": given.audit.model_copy(update={"risk_handled": handled}),
            }
        )

        with open_log(tmp_path) as log:
            log.record(given, turn())

            assert records(log)[0].referral == said

    def test_a_redactor_that_fails_costs_the_texts_and_not_the_record(self, tmp_path: Path) -> None:
        def broken(text: str) -> str:
            raise RuntimeError(text)

        with open_log(tmp_path, text="redacted", redact=broken) as log, capture_logs() as events:
            receipt = log.record(report(), turn())

            assert receipt is not None
            assert records(log)[0].degraded == ("redaction_failed",)
            assert records(log)[0].text is None
        assert [one["event"] for one in events] == ["log_redaction_failed"]
        assert "Quokkaville" not in str(events)

    def test_ids_that_are_too_long_are_cut_and_lose_no_record(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn(), request_id="x" * 500)

            assert records(log)[0].request_id == "x" * 200


class TestTexts:
    def test_whole_texts_come_back_and_reading_them_is_recorded(self, tmp_path: Path) -> None:
        with open_log(tmp_path, context=1) as log:
            given = Turn.from_messages(
                [
                    {"role": "user", "content": "Hello."},
                    {"role": "assistant", "content": "Hi."},
                    {"role": "user", "content": USER},
                ],
                DRAFT,
            )
            receipt = log.record(report(), given, subject="alice")
            assert receipt is not None
            found = log.reveal([receipt.event_id], by="bo", purpose="complaint")
            (access,) = (parse(entry.body) for entry in log.store.entries(kind="access"))

        texts = found[receipt.event_id]
        assert (texts.user, texts.draft, texts.reply) == (USER, DRAFT, None)
        assert texts.context == (("assistant", "Hi."),)
        assert (access.by, access.purpose, access.of) == ("bo", "complaint", (receipt.event_id,))

    def test_redacted_texts_keep_the_words_that_were_found(self, tmp_path: Path) -> None:
        with open_log(
            tmp_path, text="redacted", redact=lambda text: text.replace("Quokkaville", "[PLACE]")
        ) as log:
            receipt = log.record(report(), turn())
            assert receipt is not None
            texts = log.reveal([receipt.event_id], by="bo", purpose="test")[receipt.event_id]

        assert texts.user == "My sister moved to [PLACE] and I feel so alone."
        assert texts.evidence == ("Don't be sad",)

    def test_hashes_are_keyed_and_equal_for_equal_texts(self, tmp_path: Path) -> None:
        import hashlib

        with open_log(tmp_path, text="hashed") as log:
            ids = [log.record(report(), turn()).event_id for _ in range(2)]  # type: ignore[union-attr]
            first, second = log.reveal(ids, by="bo", purpose="test").values()

        assert first == second
        assert len(first.user or "") == 64
        assert first.user != hashlib.sha256(USER.encode()).hexdigest()

    def test_a_text_moved_to_another_record_does_not_open(self, tmp_path: Path) -> None:
        import apsw

        with open_log(tmp_path) as log:
            ids = [
                log.record(report(), turn(user=f"number {n}"), subject="alice").event_id  # type: ignore[union-attr]
                for n in range(2)
            ]
        db = apsw.Connection(str(tmp_path / "log.db"))
        first, second = (
            db.execute("SELECT seq FROM entry WHERE event_id = ?", (one,)).get for one in ids
        )
        db.execute(
            "UPDATE payload SET (nonce, ct) = (SELECT nonce, ct FROM payload WHERE seq = ?) "
            "WHERE seq = ?",
            (first, second),
        )
        db.close()

        with open_log(tmp_path) as log, pytest.raises(LogError, match="altered or moved"):
            log.reveal([ids[1]], by="bo", purpose="test")

    @given(
        st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
        st.integers(0, 60),
        st.integers(0, 60),
    )
    def test_evidence_is_what_redaction_left_of_the_span_or_nothing(
        self, text: str, a: int, b: int
    ) -> None:
        start, end = sorted((min(a, len(text)), min(b, len(text))))
        made = report()
        finding = made.findings[0].model_copy(
            update={"span": Span(source="user", start=start, end=end)}
        )
        made = made.model_copy(update={"findings": (finding,)})

        texts = texts_of(
            made, turn(text), "redacted", lambda one: one.replace("a", "***"), b"", context=0
        )

        (found,) = texts.evidence
        if found is None:
            assert "\ue000" in text
        else:
            assert found == text[start:end].replace("a", "***")


class TestReview:
    @pytest.mark.parametrize("disposition", ["agree", "false_alarm", "missed"])
    def test_a_judgement_is_a_record_of_its_own(self, tmp_path: Path, disposition: str) -> None:
        with open_log(tmp_path) as log:
            receipt = log.record(report(), turn(), subject="alice")
            assert receipt is not None
            log.review(receipt.event_id, disposition, "bo", "She asked for comfort.")  # type: ignore[arg-type]
            (review,) = (parse(entry.body) for entry in log.store.entries(kind="review"))
            texts = log.reveal([review.id], by="bo", purpose="test")[review.id]

        assert isinstance(review, ReviewRecord)
        assert (review.of, review.disposition, review.reviewer) == (
            receipt.event_id,
            disposition,
            "bo",
        )
        assert texts.note == "She asked for comfort."

    def test_only_of_a_record_that_is_there_and_in_the_words_that_there_are(
        self, tmp_path: Path
    ) -> None:
        with open_log(tmp_path) as log:
            receipt = log.record(report(), turn())
            assert receipt is not None

            with pytest.raises(InputError, match="no record"):
                log.review("01a220bb-8864-7118-88a5-a1f442c7f876", "agree", "bo")
            with pytest.raises(InputError, match="agree, false_alarm, missed"):
                log.review(receipt.event_id, "perhaps", "bo")  # type: ignore[arg-type]

    def test_the_note_goes_with_the_subject(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            receipt = log.record(report(), turn(), subject="alice")
            assert receipt is not None
            note = log.review(receipt.event_id, "agree", "bo", "Wombatia is where she lives.")
            log.erase("alice")

            assert log.reveal([note.event_id], by="bo", purpose="test") == {}
            with pytest.raises(InputError, match="erased"):
                log.review(receipt.event_id, "agree", "bo", "More of Wombatia.")
            log.review(receipt.event_id, "agree", "bo")
            assert verify(log.store, log.public_key).ok


class TestSharing:
    def test_threads_write_one_chain(self, tmp_path: Path) -> None:
        with open_log(tmp_path, text="hashed", deadline=30) as log:

            def write(name: int) -> None:
                for _ in range(25):
                    log.record(report(), turn(), subject=f"s-{name}")

            threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            log.checkpoint()
            found = verify(log.store, log.public_key)

            assert found.complete
            assert len(records(log)) == 200

    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_a_forked_child_writes_its_own_and_the_parent_goes_on(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
            child = os.fork()
            if child == 0:
                try:
                    log.record(report(), turn())
                    log.close()
                    os._exit(0)
                finally:
                    os._exit(1)
            log.record(report(), turn())
            _, status = os.waitpid(child, 0)
            log.checkpoint()
            writers = {record.writer for record in records(log)}

            assert status == 0
            assert len(records(log)) == 3
            assert len(writers) == 2
            assert verify(log.store, log.public_key).complete

    def test_a_closed_log_says_so(self, tmp_path: Path) -> None:
        log = open_log(tmp_path)
        log.close()
        log.close()

        with pytest.raises(LogError, match="closed"):
            log.record(report(), turn())

    def test_one_that_nobody_closes_is_closed_at_the_end_of_the_process(
        self, tmp_path: Path
    ) -> None:
        code = (
            "import sys; sys.path.insert(0, sys.argv[2]); "
            "from pathlib import Path; from log_factories import open_log, report, turn; "
            "open_log(Path(sys.argv[1])).record(report(), turn())"
        )
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)], check=True
        )

        with open_log(tmp_path) as log:
            assert verify(log.store, log.public_key).complete

    def test_it_is_all_there_when_it_is_opened_again(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn(), subject="alice")
            first = json.loads(next(log.store.entries(kind="turn")).body)

        with open_log(tmp_path) as log:
            log.record(report(), turn(), subject="alice")
            before, after = records(log)
            found = verify(log.store, log.public_key)

            assert before.id == first["id"]
            assert (before.subject, before.key) == (after.subject, after.key)
            assert found.ok


def test_a_log_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)

    with Log.open("audit.db") as log:
        monkeypatch.chdir(elsewhere)
        receipt = log.record(report(outcome="flag"), turn())

        assert receipt is not None
        assert not receipt.spooled

    assert (tmp_path / "audit.db").exists()
    assert list(elsewhere.iterdir()) == []
