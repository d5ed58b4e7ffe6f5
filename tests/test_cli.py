"""The command, as people and programs run it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from guard import Report
from guard.batch import check_rows
from guard.cli import Exit, main

SOOTHING = {"user": "My dog died and I feel empty.", "draft": "Don't be sad! Sending hugs."}
PLAIN = {"user": "What time is it in Lisbon?", "draft": "It is ten past four there."}
CANARY = "zebrafinch"


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["guard", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def lines(path: Path, *rows: object) -> str:
    path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows))
    return str(path)


def test_one_turn_from_flags_shows_words_acts_reason_and_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ("--user", SOOTHING["user"], "--draft", SOOTHING["draft"])

    code = run("audit", *flags, monkeypatch=monkeypatch)

    shown = capsys.readouterr().out
    assert code == Exit.OK
    for part in ("I feel empty", "self-signal", "minimise", "base.soothe-only", "Verdict flag"):
        assert part in shown


def test_json_of_one_turn_is_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ("--user", SOOTHING["user"], "--draft", SOOTHING["draft"])

    run("audit", *flags, "--json", monkeypatch=monkeypatch)

    report = Report.model_validate_json(capsys.readouterr().out)
    assert report.verdict.outcome == "flag"


def test_a_turn_comes_from_standard_input_over_several_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(SOOTHING, indent=2)))

    code = run("audit", "-", "--json", monkeypatch=monkeypatch)

    assert code == Exit.OK
    assert json.loads(capsys.readouterr().out)["verdict"]["outcome"] == "flag"


def test_json_lines_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"{json.dumps(SOOTHING)}\n\n{json.dumps(PLAIN)}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    run("audit", "-", "--json", monkeypatch=monkeypatch)

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["line"] for row in rows] == [1, 3]
    assert [row["verdict"]["outcome"] for row in rows] == ["flag", "pass"]


def test_a_file_with_one_object_over_several_lines_is_one_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "turn.json"
    file.write_text(json.dumps(SOOTHING, indent=2))

    run("audit", str(file), monkeypatch=monkeypatch)

    assert "base.soothe-only" in capsys.readouterr().out


def test_a_file_is_summed_up_and_its_reports_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "turns.jsonl", {**SOOTHING, "id": "a"}, PLAIN)
    out = tmp_path / "reports.jsonl"

    code = run("audit", file, "--out", str(out), monkeypatch=monkeypatch)

    written = [json.loads(line) for line in out.read_text().splitlines()]
    shown = capsys.readouterr().out
    assert code == Exit.OK
    assert "2 turns" in shown
    assert "base.soothe-only" in shown
    assert [(row["id"], row["line"]) for row in written] == [("a", 1), (None, 2)]


def test_flagged_turns_of_a_file_can_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "turns.jsonl", {**SOOTHING, "id": "turn-a"}, PLAIN)

    run("audit", file, "--show", monkeypatch=monkeypatch)

    captured = capsys.readouterr()
    assert "turn-a" in captured.out + captured.err


def test_an_older_file_of_reports_is_kept_when_a_run_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lines(tmp_path / "turns.jsonl", PLAIN, "{")
    out = tmp_path / "reports.jsonl"
    out.write_text("older\n")

    code = run("audit", file, "--out", str(out), monkeypatch=monkeypatch)

    assert code == Exit.BROKEN
    assert out.read_text() == "older\n"


def test_reports_never_overwrite_the_turns_they_are_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "turns.jsonl", PLAIN)
    (tmp_path / "link.jsonl").symlink_to(file)

    code = run("audit", file, "--out", str(tmp_path / "link.jsonl"), monkeypatch=monkeypatch)

    assert code == Exit.USAGE
    assert "overwrite the input" in capsys.readouterr().err
    assert json.loads(Path(file).read_text()) == PLAIN


def test_only_the_owner_may_read_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "reports.jsonl"

    run("audit", lines(tmp_path / "t.jsonl", PLAIN), "--out", str(out), monkeypatch=monkeypatch)

    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_turns_is_no_success(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text(content)

    assert run("audit", str(file), "--fail-on", "flag", monkeypatch=monkeypatch) == Exit.USAGE


def test_a_byte_order_mark_is_no_part_of_the_first_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(PLAIN).encode())

    assert run("audit", str(file), monkeypatch=monkeypatch) == Exit.OK


def test_an_interrupted_run_says_how_far_it_got(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> object:
        rows = check_rows(*_)  # type: ignore[arg-type]
        yield next(rows)
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{json.dumps(PLAIN)}\n" * 3))
    monkeypatch.setattr("guard.commands.audit.check_rows", interrupt)

    code = run("audit", "-", monkeypatch=monkeypatch)

    captured = capsys.readouterr()
    assert code == Exit.INTERRUPTED
    assert "stopped after 1 turns" in captured.err
    assert "1 turns" in captured.out


def test_a_terminal_that_knows_only_ascii_is_no_error() -> None:
    command = [sys.executable, "-m", "guard", "audit", "--user", "hi", "--draft", "hello"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}

    done = subprocess.run(command, capture_output=True, env=environment, check=False)

    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("fail_on", "row", "code"),
    [
        ("flag", SOOTHING, Exit.FLAGGED),
        ("flag", PLAIN, Exit.OK),
        ("flag", {"user": "Ich bin so traurig, mein Hund ist tot.", "draft": "Ach."}, Exit.OK),
        ("unknown", {"user": "Ich bin so traurig, mein Hund ist tot.", "draft": "Ach."}, 1),
    ],
)
def test_the_exit_code_fails_on_what_was_asked(
    fail_on: str,
    row: object,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = lines(tmp_path / "turns.jsonl", row)

    assert run("audit", file, "--fail-on", fail_on, monkeypatch=monkeypatch) == code


@pytest.mark.parametrize(
    "broken",
    [
        f'{{"user": "{CANARY}"',
        f'["{CANARY}"]',
        f'{{"draft": "{CANARY}"}}',
        f'{{"user": ["{CANARY}"], "draft": ""}}',
        f'{{"messages": "{CANARY}"}}',
        "[" * 100_000,
    ],
)
def test_a_broken_line_stops_with_its_number_and_none_of_its_text(
    broken: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = lines(tmp_path / "turns.jsonl", PLAIN, broken, SOOTHING)

    code = run("audit", file, monkeypatch=monkeypatch)

    told = capsys.readouterr().err
    assert code == Exit.BROKEN
    assert "line 2" in told
    assert CANARY not in told


def test_keep_going_skips_and_counts_broken_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "turns.jsonl", PLAIN, "{", SOOTHING, "nope")

    code = run("audit", file, "--keep-going", monkeypatch=monkeypatch)

    captured = capsys.readouterr()
    assert code == Exit.BROKEN
    assert "2 turns" in captured.out
    assert "broken lines, skipped" in captured.out
    assert "line 2" in captured.err
    assert "line 4" in captured.err


def test_rows_may_use_other_field_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"said": SOOTHING["user"], "reply_text": SOOTHING["draft"]}
    file = lines(tmp_path / "turns.jsonl", row)

    fields = ("--user-field", "said", "--draft-field", "reply_text")
    run("audit", file, *fields, "--json", monkeypatch=monkeypatch)

    assert json.loads(capsys.readouterr().out)["verdict"]["outcome"] == "flag"


def test_a_row_without_a_draft_is_read_but_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines(tmp_path / "turns.jsonl", {"text": "I feel so lonely since she left."})

    run("audit", file, "--json", monkeypatch=monkeypatch)

    report = json.loads(capsys.readouterr().out)
    assert report["verdict"]["fault"] == "empty_draft"
    assert report["reading"]["emotions"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("audit", "no-such-file.jsonl"), "no-such-file.jsonl"),
        (("audit",), "--user"),
        (("audit", "x.jsonl", "--user", "hello"), "--user"),
        (("audit", "x.jsonl", "--draft", "hello"), "--user"),
        (("audit", "--user", "a", "--mode", "shout"), "observe, annotate, rewrite, block"),
        (("audit", "--user", "a", "--emotion-inference", "some"), "full, stated, off"),
        (("audit", "--user", "a", "--pack", "nope"), "base"),
        (("audit", "--user", "a", "--fail-on", "pass"), "flag or unknown"),
        (("audit", "--user", "a", "--out", "no/such/folder/x.jsonl"), "cannot write"),
        (("demo", "--mode", "shout"), "observe"),
    ],
)
def test_wrong_use_says_what_to_do(
    arguments: tuple[str, ...],
    hint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(*arguments, monkeypatch=monkeypatch)

    assert code == Exit.USAGE
    assert hint in " ".join(capsys.readouterr().err.split())


def test_the_demo_shows_every_outcome_and_every_rule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], guard_: object
) -> None:
    run("demo", "--json", monkeypatch=monkeypatch)

    reports = [Report.model_validate_json(line) for line in capsys.readouterr().out.splitlines()]
    rules = {finding.rule for report in reports for finding in report.findings}
    assert len(reports) >= 8
    assert {report.verdict.outcome for report in reports} == {"pass", "flag", "unknown"}
    assert {report.verdict.action for report in reports} == {
        "release",
        "annotate",
        "rewrite",
        "fallback",
    }
    assert rules == {rule.id for rule in guard_.rules}  # type: ignore[attr-defined]


def test_the_demo_can_be_read_by_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("demo", monkeypatch=monkeypatch)

    shown = capsys.readouterr().out
    assert "Sent instead:" in shown
    assert "14 turns" in shown


def test_the_policy_names_every_cause_and_mode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("policy", monkeypatch=monkeypatch)
    shown = capsys.readouterr().out
    run("policy", "--json", monkeypatch=monkeypatch)
    table = json.loads(capsys.readouterr().out)

    assert table["unknown:error"]["block"] == "fallback"
    assert all(cause in shown for cause in table)


def test_texts_cannot_drive_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("audit", "--user", "\x1b[2Jhello\x07", "--draft", "[red]hi[/red]", monkeypatch=monkeypatch)

    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "[red]hi[/red]" in shown


def test_the_command_is_installed_and_says_its_version() -> None:
    command = [sys.executable, "-m", "guard", "--version"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("guard 0.")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    file = lines(tmp_path / "turns.jsonl", *[PLAIN] * 400)
    pipe = f"'{sys.executable}' -m guard audit {file} --json | head -n 1"

    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["verdict"]["outcome"] == "pass"
    assert "Traceback" not in done.stderr


def test_importing_guard_loads_nothing_heavy() -> None:
    program = (
        "import sys, guard; print([m for m in ('numpy', 'spacy', 'pydantic') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_imported() -> None:
    import guard

    assert {name for name in guard.__all__ if not hasattr(guard, name)} == set()
    assert sorted(dir(guard)) == sorted(guard.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = guard.no_such_name
