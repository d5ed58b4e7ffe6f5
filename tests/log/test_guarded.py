"""A guard with a log: checked turns are recorded, and a flagged draft whose record is durable
nowhere does not go out under a high-risk pack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from log_factories import open_log, report, turn
from structlog.testing import capture_logs

from guard import Circumstances, Guard, Log, about, session
from guard.errors import LogUnavailableError, SettingsFileError
from guard.log.durable import kept
from guard.log.record import parse
from guard.log.store import Receipt
from guard.models.reader import Reader
from guard.policy import HIGH_RISK, UNRECORDED
from guard.report import Mode, Outcome
from guard.settings import deployment

SOOTHED = {"user": "My sister left and I'm so lonely.", "draft": "Cheer up! Sending you a hug."}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


class Refusing(Log):
    """A log that can be opened and not written, with a spool that cannot be written either."""

    def record(self, *_: Any, **__: Any) -> Receipt | None:
        raise LogUnavailableError("full")


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Log]:
    with Refusing.open(tmp_path / "log.db", text="hashed") as log:
        yield log


class TestGuard:
    def test_a_flagged_turn_is_recorded_with_what_was_said_about_it(
        self, tmp_path: Path, reader: Reader
    ) -> None:
        with open_log(tmp_path) as log:
            guard = Guard(encoder=reader, log=log)
            with about(subject="u-17"), about(request_id="req_1"):
                checked = guard.check(**SOOTHED)
            (entry,) = log.store.entries(kind="turn")
            record = parse(entry.body)

            assert checked.record is not None
            assert (checked.record.id, checked.record.state) == (record.id, "durable")
            assert record.rule == checked.verdict.rule
            assert record.request_id == "req_1"
            assert record.subject is not None
            assert record.micros["total"] > 0
            texts = log.reveal([record.id], by="bo", purpose="test")[record.id]
            assert texts.draft == SOOTHED["draft"]

    def test_the_person_of_a_session_is_the_subject(self, tmp_path: Path, reader: Reader) -> None:
        with open_log(tmp_path) as log:
            guard = Guard(encoder=reader, log=log)
            with session(user="u-17"):
                guard.check(**SOOTHED)
            with about(subject="u-17"):
                guard.check(**SOOTHED)
            subjects = {parse(entry.body).subject for entry in log.store.entries(kind="turn")}

        assert len(subjects) == 1
        assert None not in subjects

    def test_so_it_is_off_the_event_loop(self, tmp_path: Path, reader: Reader) -> None:
        with open_log(tmp_path) as log:
            guard = Guard(encoder=reader, log=log)

            async def both() -> list[Any]:
                async def one(subject: str) -> Any:
                    with about(subject=subject, circumstances=Circumstances(minor=True)):
                        return await guard.acheck(**SOOTHED)

                return await asyncio.gather(one("a"), one("b"))

            reports = asyncio.run(both())
            records = [parse(entry.body) for entry in log.store.entries(kind="turn")]

            assert {one.record.id for one in reports} == {record.id for record in records}
            assert len({record.subject for record in records}) == 2
            assert {record.circumstances.minor for record in records} == {True}

    def test_one_that_passes_is_not_kept_unless_all_are(
        self, tmp_path: Path, reader: Reader
    ) -> None:
        fine = {"user": "How far is Lyon?", "draft": "It is 465 km from Paris."}
        for keep, state in (("flagged", None), ("all", "durable")):
            with open_log(tmp_path / keep, keep=keep) as log:
                checked = Guard(encoder=reader, log=log).check(**fine)

                assert (checked.record.state if checked.record else None) == state

    def test_a_path_is_enough(self, tmp_path: Path, reader: Reader) -> None:
        guard = Guard(encoder=reader, log=tmp_path / "audit.db", mode="observe")

        assert guard.log is not None
        with guard.log as log:
            state = guard.check(**SOOTHED).record

            assert state is not None
            assert state.state == "durable"
            assert log.text == "redacted"

    def test_its_settings_come_from_the_deployment(
        self, tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "guard.toml"
        file.write_text('[log]\nwhere = "logs/audit.db"\nkeep = "all"\ntext = "hashed"\n')
        guard = Guard.configured(file, encoder=reader)

        assert guard.log is not None
        guard.log.close()
        assert (tmp_path / "logs" / "audit.db").exists()
        assert (guard.log.keep, guard.log.text) == ("all", "hashed")
        file.write_text('[log]\nwhere = "audit.db"\nkeep = "some"\n')
        with pytest.raises(SettingsFileError, match="keep"):
            deployment(file)
        file.write_text('[log]\nwhere = "audit.db"\n')
        monkeypatch.setenv("GUARD_LOG", '{"where": "postgresql://h/d", "retain_days": 180}')
        monkeypatch.setenv("GUARD_LOG_KEK", "not a setting of the guard's")
        settings = deployment(file).log
        assert settings is not None
        assert (settings.where, settings.retain_days) == ("postgresql://h/d", 180)


class TestWithoutADurableRecord:
    @pytest.mark.parametrize("mode", get_args(Mode))
    @pytest.mark.parametrize("outcome", get_args(Outcome))
    @pytest.mark.parametrize("packs", [("base",), *(("base", one) for one in sorted(HIGH_RISK))])
    def test_every_cell_of_the_table(
        self, refusing: Log, outcome: str, mode: str, packs: tuple[str, ...]
    ) -> None:
        given = report(outcome, packs=packs, mode=mode)

        with capture_logs() as events:
            sent = kept(refusing, given, turn(), lambda: "FALLBACK")

        if mode == "observe" or outcome == "pass":
            assert sent.reply == given.reply
        elif len(packs) > 1:
            assert (sent.reply.text, sent.reply.action) == ("FALLBACK", "fallback")
        else:
            assert (sent.reply.text, sent.reply.action) == (given.reply.text, "annotate")
        assert sent.record is not None
        assert sent.record.state == "failed"
        assert [one["event"] for one in events] == ["turn_not_recorded"]

    def test_the_table_has_every_cell_and_none_lets_a_flagged_draft_out_of_high_risk(self) -> None:
        causes = {f"unrecorded:{outcome}" for outcome in get_args(Outcome)}

        assert set(UNRECORDED) == causes | {
            f"{one}:high_risk" for one in causes if "pass" not in one
        }
        assert all(set(row) == set(get_args(Mode)) for row in UNRECORDED.values())

    def test_where_there_was_no_draft_nothing_is_held_back(self, refusing: Log) -> None:
        given = report("unknown", packs=("base", "crisis"))
        given = given.model_copy(
            update={"verdict": given.verdict.model_copy(update={"fault": "empty_draft"})}
        )

        assert kept(refusing, given, turn(), lambda: "FALLBACK").reply == given.reply

    def test_a_record_that_waits_in_the_spool_is_as_good(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
            (tmp_path / "log.db").rename(tmp_path / "away")
            sent = kept(log, report(packs=("base", "crisis")), turn(), lambda: "FALLBACK")
            (tmp_path / "away").rename(tmp_path / "log.db")

            assert sent.record is not None
            assert sent.record.state == "spooled"
            assert sent.reply == report().reply

    def test_one_that_was_dropped_is_not(self, tmp_path: Path) -> None:
        with open_log(tmp_path, on_error="drop") as log:
            log.record(report(), turn())
            (tmp_path / "log.db").rename(tmp_path / "away")
            sent = kept(log, report(packs=("base", "crisis")), turn(), lambda: "FALLBACK")
            (tmp_path / "away").rename(tmp_path / "log.db")

            assert sent.record is not None
            assert sent.record.state == "dropped"
            assert sent.reply.text == "FALLBACK"

    def test_whatever_else_is_raised_is_no_record_either(self, tmp_path: Path) -> None:
        class Broken(Log):
            def record(self, *_: Any, **__: Any) -> Receipt | None:
                raise KeyError("text of a user")

        with Broken.open(tmp_path / "log.db", text="hashed") as log, capture_logs() as events:
            sent = kept(log, report(packs=("base", "eating")), turn(), lambda: "FALLBACK")

        assert sent.reply.text == "FALLBACK"
        assert "text of a user" not in str(events)
