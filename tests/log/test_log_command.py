"""`guard log`, as its users call it, on a log that was written for it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import log_factories as make
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from guard.cli import app
from guard.errors import GuardError, InputError, LogError
from guard.log.log import Log
from guard.report import Risk, Span
from training.rows import Written

CANARY = "Quokkaville"
ACUTE = Risk(
    level="acute", probability=0.9, acute=0.8, spans=(Span(source="user", start=0, end=4),)
)


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Five turns: two flagged of anna, one passed, one not audited, one in danger."""
    folder = tmp_path_factory.mktemp("log")
    with make.open_log(folder, keep="all") as log:
        made = [
            log.record(report, make.turn(), subject=subject)
            for report, subject in (
                (make.report(), "anna"),
                (make.report(rule="grief.hurry", packs=("base", "grief")), "anna"),
                (make.report("pass"), "ben"),
                (make.report("unknown"), "ben"),
                (make.report(risk=ACUTE), "cleo"),
            )
        ]
    return folder, [receipt.event_id for receipt in made if receipt is not None]


@pytest.fixture
def ids(written: tuple[Path, list[str]], where: Path) -> list[str]:
    """A copy of that log, and the ids of its turns."""
    folder, found = written
    shutil.copytree(folder, where.parent, dirs_exist_ok=True)
    return found


@pytest.fixture(autouse=True)
def _here(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_LOG_WHERE", str(where))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["log", *(str(a) for a in arguments)], input=stdin)


def lines(*arguments: str | Path) -> list[Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def complaint(*arguments: str | Path, stdin: str = "") -> GuardError:
    done = run(*arguments, stdin=stdin)
    assert isinstance(done.exception, GuardError), done.output
    return done.exception


class TestReading:
    @pytest.mark.parametrize(
        ("options", "places"),
        [
            ((), [0, 1, 2, 3, 4]),
            (("--outcome", "flag"), [0, 1, 4]),
            (("--outcome", "unknown"), [3]),
            (("--rule", "grief.hurry"), [1]),
            (("--rule", "base.*"), [0, 4]),
            (("--pack", "grief"), [1]),
            (("--risk", "acute"), [4]),
            (("--subject", "anna"), [0, 1]),
            (("--since", "1h"), [0, 1, 2, 3, 4]),
            (("--until", "2020-01-01"), []),
            (("--outcome", "flag", "--subject", "cleo"), [4]),
            (("--limit", "2"), [3, 4]),
        ],
    )
    def test_list_gives_the_records_that_all_filters_leave(
        self, ids: list[str], options: tuple[str, ...], places: list[int]
    ) -> None:
        found = [row["record"]["id"] for row in lines("list", "--kind", "turn", *options)]

        assert found == [ids[place] for place in places]

    def test_a_table_names_each_record_and_shows_no_text(self, ids: list[str]) -> None:
        done = run("list")

        assert all(record in done.stdout for record in ids)
        assert "base.soothe-only" in done.stdout
        assert CANARY not in done.stdout

    def test_tail_shows_the_latest(self, ids: list[str]) -> None:
        done = run("tail", "-n", "2")

        assert [record in done.stdout for record in ids] == [False, False, False, True, True]

    def test_tail_follows_what_is_written(
        self, ids: list[str], where: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[str] = []

        def sleep(_: float) -> None:
            if len(written) == 2:
                raise KeyboardInterrupt
            with make.open_log(where.parent) as log:
                receipt = log.record(make.report(), make.turn())
            assert receipt is not None
            written.append(receipt.event_id)

        monkeypatch.setattr("guard.commands.log.time.sleep", sleep)

        done = run("tail", "--follow", "-n", "0", "--outcome", "flag")

        assert done.exit_code == 0
        assert all(record in done.stdout for record in written)
        assert ids[0] not in done.stdout

    def test_show_tells_rule_reason_and_source_by_id_or_number(self, ids: list[str]) -> None:
        (row,) = (row for row in lines("list") if row["record"]["id"] == ids[0])

        by_id, by_number = run("show", ids[0]).stdout, run("show", str(row["seq"])).stdout

        assert by_id == by_number
        assert "base.soothe-only" in by_id
        assert "The draft only soothes." in by_id
        assert CANARY not in by_id

    def test_texts_are_shown_for_a_purpose_and_that_is_recorded(self, ids: list[str]) -> None:
        done = run("show", ids[0], "--text", "--purpose", "complaint 12", "--by", "mia")

        assert make.USER in done.stdout
        (access,) = lines("list", "--kind", "access")
        assert access["record"]["by"] == "mia"
        assert access["record"]["purpose"] == "complaint 12"
        assert access["record"]["of"] == [ids[0]]

    def test_texts_are_not_shown_without_a_purpose(self, ids: list[str]) -> None:
        assert "--purpose" in str(complaint("show", ids[0], "--text"))
        assert lines("list", "--kind", "access") == []

    def test_a_text_cannot_move_the_cursor(self, where: Path) -> None:
        with make.open_log(where.parent) as log:
            made = log.record(make.report(), make.turn("\x1b[2J\u202eevil", "Don't be sad, it is!"))
        assert made is not None

        done = run("show", made.event_id, "--text", "--purpose", "test")

        assert "<001b>[2J<202e>evil" in done.stdout
        assert "\x1b[2J" not in done.stdout

    @pytest.mark.usefixtures("ids")
    def test_stats_count_and_say_that_nothing_was_verified(self) -> None:
        found = json.loads(run("stats", "--json").stdout)

        assert found["turns"] == 5
        assert found["outcomes"] == {"flag": 3, "pass": 1, "unknown": 1}
        assert found["integrity"]["result"] == "not verified"


class TestComplaints:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("list", "--outcome", "bad"), "--outcome must be"),
            (("list", "--risk", "bad"), "--risk must be"),
            (("list", "--kind", "bad"), "--kind must be"),
            (("list", "--since", "yesterday"), "is no moment"),
            (("show", "999"), "there is no record"),
            (("show", "0197b2c4-0000-7000-8000-000000000001"), "there is no record"),
            (("review", "2", "wrong"), "a disposition is"),
            (("export", "--format", "xml"), "--format must be"),
            (("export", "--format", "parquet"), "needs --out"),
            (("export", "--text"), "--purpose"),
            (("prune", "--before", "soon", "--yes"), "is no moment"),
            (("erase", "-", "--basis", "x", "--yes"), "say who"),
        ],
    )
    @pytest.mark.usefixtures("ids")
    def test_what_cannot_be_is_said(self, arguments: tuple[str, ...], says: str) -> None:
        assert says in str(complaint(*arguments))

    def test_a_log_that_is_not_named_or_not_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert isinstance(complaint("list"), LogError)
        monkeypatch.delenv("GUARD_LOG_WHERE")
        assert isinstance(complaint("list"), InputError)
        assert isinstance(complaint("review", "1", "agree", "--log", tmp_path / "no.db"), LogError)
        assert list(tmp_path.iterdir()) == []


class TestVerify:
    @pytest.mark.usefixtures("ids")
    def test_a_log_as_it_was_written_is_ok(self) -> None:
        done = run("verify")

        assert done.exit_code == 0
        assert done.stdout.startswith("ok: ")

    def test_an_altered_record_is_named_and_the_exit_code_says_so(
        self, ids: list[str], where: Path
    ) -> None:
        altered(where, ids[1])

        done = run("verify")
        found = json.loads(run("verify", "--json").stdout)

        assert done.exit_code == 1
        assert "TAMPERED" in done.stdout
        assert found["problems"][0]["wrong"] == "altered"
        assert f"record {found['problems'][0]['seq']}: altered" in done.stdout

    @pytest.mark.usefixtures("ids")
    def test_a_log_that_was_cut_off_is_found_by_a_checkpoint_kept_elsewhere(
        self, where: Path, tmp_path: Path
    ) -> None:
        kept, key = tmp_path / "elsewhere.txt", tmp_path / "key.pub"
        assert run("checkpoint", "--out", kept).exit_code == 0
        key.write_text((tmp_path / "log.pub").read_text())
        db = without_triggers(where)
        db.execute("DELETE FROM payload WHERE seq >= 3")
        db.execute("DELETE FROM entry WHERE seq >= 3")
        db.execute("DELETE FROM checkpoint")
        db.commit()
        db.close()
        (tmp_path / "log.checkpoints").unlink()

        done = run("verify", "--against", kept, "--pubkey", key)

        assert done.exit_code == 1
        assert "truncated" in done.stdout

    @pytest.mark.usefixtures("ids")
    def test_another_key_does_not_vouch_for_it(self, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        with make.open_log(tmp_path / "other") as other:
            key = str(other.public_key)

        done = run("verify", "--pubkey", key)

        assert done.exit_code != 0

    @pytest.mark.usefixtures("ids")
    def test_what_is_not_signed_yet_has_an_exit_code_of_its_own(self, where: Path) -> None:
        log = make.open_log(where.parent)
        log._part().signing.close()  # as if the process were between two checkpoints
        log.record(make.report(), make.turn())

        done = run("verify")
        log.close()

        assert done.exit_code == 3
        assert "not signed yet" in done.stdout

    def test_a_file_that_is_no_log_cannot_be_read(self, where: Path) -> None:
        where.write_bytes(b"no log at all, but a file of some length" * 200)

        assert isinstance(complaint("verify"), LogError)


class TestProofs:
    def test_a_proof_holds_for_whoever_has_the_public_key(
        self, ids: list[str], tmp_path: Path
    ) -> None:
        proof = tmp_path / "proof.json"
        assert run("prove", ids[1], "--out", proof).exit_code == 0

        done = run("check-proof", proof, "--pubkey", tmp_path / "log.pub")

        assert json.loads(done.stdout)["id"] == ids[1]
        assert run("rotate-key", "--yes").exit_code == 0
        assert run("prove", ids[2], "--out", proof).exit_code == 0
        assert run("check-proof", proof, "--pubkey", tmp_path / "log.pub").exit_code == 0
        assert run("verify", "--pubkey", tmp_path / "log.pub").exit_code == 0
        assert CANARY not in proof.read_text()

    def test_a_proof_that_was_changed_does_not_hold(self, ids: list[str], tmp_path: Path) -> None:
        proof = tmp_path / "proof.json"
        proof.write_text(run("prove", ids[1]).stdout.replace("grief.hurry", "grief.heavy"))

        assert isinstance(
            complaint("check-proof", proof, "--pubkey", tmp_path / "log.pub"), LogError
        )


class TestExport:
    @pytest.mark.usefixtures("ids")
    def test_lines_hold_the_bytes_that_were_hashed(self) -> None:
        for line in run("export").stdout.splitlines():
            body = line[line.index('"record":') + len('"record":') : -1]
            assert hashlib.sha256(b"\0" + body.encode()).hexdigest() == json.loads(line)["leaf"]

    def test_texts_are_left_out_unless_asked_for(self, ids: list[str]) -> None:
        plain = run("export", "--outcome", "flag").stdout
        done = run("export", "--outcome", "flag", "--text", "--purpose", "audit", "--by", "mia")

        assert CANARY not in plain
        assert done.stdout.count(make.USER) == 3
        (access,) = lines("list", "--kind", "access")
        assert access["record"]["of"] == [ids[0], ids[1], ids[4]]

    def test_no_cell_of_a_csv_is_a_formula(self, where: Path, tmp_path: Path) -> None:
        evil = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain")
        with make.open_log(where.parent) as log:
            for text in evil:
                log.record(make.report(), make.turn(text), request_id=text)
        out = tmp_path / "out.csv"

        run("export", "--format", "csv", "--text", "--purpose", "test", "--out", out)

        rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode(), newline="")))
        cells = [cell for row in rows for cell in row.values()]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
        assert [row["user"] for row in rows if row["kind"] == "turn"] == [
            *(f"'{text}" for text in evil[:-1]), "plain",
        ]  # fmt: skip

    def test_parquet_has_the_columns_of_csv_and_their_types(
        self, ids: list[str], tmp_path: Path
    ) -> None:
        out = tmp_path / "out.parquet"
        assert run("export", "--format", "parquet", "--out", out).exit_code == 0

        table = pq.read_table(out)
        header = run("export", "--format", "csv").stdout.splitlines()[0].split(",")
        assert table.column_names == header
        turns = [row for row in table.to_pylist() if row["kind"] == "turn"]
        assert [row["id"] for row in turns] == ids
        assert turns[0]["total_ms"] == 12.5
        assert turns[0]["changed"] is False
        assert out.stat().st_mode & 0o077 == 0

    def test_disagreements_come_in_the_training_schema(
        self, ids: list[str], tmp_path: Path
    ) -> None:
        run("review", ids[0], "false_alarm", "--by", "mia", "--rule", "base.soothe-only")
        run("review", ids[1], "agree", "--by", "mia")
        out = tmp_path / "out.jsonl"

        done = run("export", "--for-training", "--purpose", "weights", "--out", out)

        assert done.exit_code == 0, done.output
        (row,) = (Written.model_validate_json(line) for line in out.read_text().splitlines())
        assert row.user == make.USER
        assert row.drafts[0].text == make.DRAFT
        assert row.drafts[0].soothe_only is False
        assert ids[0] in row.id
        assert "false_alarm" in row.id


class TestChanging:
    def test_a_review_counts_for_the_precision_of_its_rule(self, ids: list[str]) -> None:
        for place, disposition in ((0, "agree"), (4, "false_alarm")):
            done = run("review", ids[place], disposition, "--by", "mia", "--note", "-", stdin="Why")
            assert done.exit_code == 0, done.output

        found = json.loads(run("report", "--json").stdout)

        (rule,) = (r for r in found["rules"] if r["rule"] == "base.soothe-only")
        assert (rule["agree"], rule["false_alarm"]) == (1, 1)
        assert rule["precision"]["value"] == 0.5
        assert "mia" not in json.dumps(found)
        assert "mia: agree" in run("show", ids[0]).stdout

    def test_erasing_asks_first(self, ids: list[str]) -> None:
        done = run("erase", "anna", "--basis", "request 31", stdin="n\n")

        assert done.exit_code == 1
        assert make.USER in run("show", ids[0], "--text", "--purpose", "test").stdout

    def test_an_erased_person_is_gone_and_the_log_still_verifies(self, ids: list[str]) -> None:
        done = run("erase", "-", "--basis", "request 31", "--by", "mia", "--yes", stdin="anna\n")

        assert done.exit_code == 0, done.output
        assert make.USER not in run("show", ids[0], "--text", "--purpose", "test").output
        assert make.USER in run("show", ids[4], "--text", "--purpose", "test").output
        assert run("verify").exit_code == 0
        (erasure,) = lines("list", "--kind", "erasure")
        assert erasure["record"]["basis"] == "request 31"
        assert erasure["record"]["by"] == "mia"

    def test_a_pseudonym_is_not_what_erase_takes(self, ids: list[str]) -> None:
        (row,) = (row for row in lines("list") if row["record"]["id"] == ids[0])

        said = complaint("erase", row["record"]["subject"], "--basis", "x", "--yes")

        assert "pseudonym" in str(said)

    @pytest.mark.usefixtures("ids")
    def test_pruned_texts_are_gone_and_the_log_still_verifies(self) -> None:
        done = run("prune", "--before", "2100-01-01", "--texts-only", "--yes", "--json")

        assert json.loads(done.stdout)["removed"] == {"texts": 5}
        assert run("verify").exit_code == 0
        assert len(lines("list", "--kind", "turn")) == 5

    @pytest.mark.usefixtures("ids")
    def test_pruned_records_leave_a_log_that_verifies(self) -> None:
        assert run("prune", "--before", "2100-01-01", "--yes").exit_code == 0

        assert lines("list", "--kind", "turn") == []
        assert run("verify").exit_code == 0

    @pytest.mark.usefixtures("ids")
    def test_pruning_asks_first(self) -> None:
        assert run("prune", "--before", "2100-01-01", stdin="n\n").exit_code == 1
        assert len(lines("list", "--kind", "turn")) == 5

    @pytest.mark.usefixtures("ids")
    def test_retention_is_a_setting(
        self, where: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GUARD_LOG_WHERE")
        monkeypatch.chdir(tmp_path)
        settings = tmp_path / "guard.toml"
        settings.write_text(f'[log]\nwhere = "{where.name}"\nretain_text_days = 90\n')
        assert json.loads(run("prune", "--yes", "--json").stdout)["removed"] == {"texts": 0}

        settings.write_text(f'[log]\nwhere = "{where.name}"\n')
        assert "retain_days" in str(complaint("prune", "--yes"))

    def test_a_checkpoint_names_size_and_key(self, ids: list[str], tmp_path: Path) -> None:
        found = json.loads(run("checkpoint", "--json").stdout)

        with Log.open(tmp_path / "log.db") as log:
            assert found["public_key"] == str(log.public_key)
        assert found["size"] >= len(ids)


class TestReport:
    def test_a_page_and_figures_are_written(self, ids: list[str], tmp_path: Path) -> None:
        done = run("report", "--since", "7d", "--out", tmp_path / "year")

        assert done.exit_code == 0, done.output
        found = json.loads((tmp_path / "year" / "summary.json").read_text())
        assert found["turns"] == 5
        assert found["crisis"]["acute"] == 1
        assert found["integrity"]["result"] == "ok"
        page = (tmp_path / "year" / "summary.html").read_text()
        assert "Crisis referrals" in page
        assert not any(record in page for record in ids)
        assert CANARY not in page

    @pytest.mark.usefixtures("ids")
    def test_small_counts_are_not_shown_if_asked(self) -> None:
        found = json.loads(run("report", "--suppress-below", "5", "--json").stdout)

        assert found["turns"] == 5
        assert found["outcomes"] == {"flag": None, "pass": None, "unknown": None}

    def test_a_tampered_log_is_told_on_the_page(self, ids: list[str], where: Path) -> None:
        altered(where, ids[0])

        found = json.loads(run("report", "--json").stdout)

        assert found["integrity"]["result"] == "tampered"
        assert "altered" in found["integrity"]["detail"]


def altered(where: Path, record: str) -> None:
    """Change one record in the file, as somebody with the disk would."""
    db = without_triggers(where)
    (body,) = db.execute("SELECT body FROM entry WHERE event_id = ?", (record,)).fetchone()
    changed = body.replace(b'"severity":"medium"', b'"severity":"low"')
    assert changed != body
    db.execute("UPDATE entry SET body = ? WHERE event_id = ?", (changed, record))
    db.commit()
    db.close()


def without_triggers(where: Path) -> sqlite3.Connection:
    """The file, without what keeps a careless program from changing it."""
    db = sqlite3.connect(where)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    return db
