"""`guard rules` and `guard prompt`, as their users call them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

import guard
from guard.cli import app
from guard.errors import GuardError
from guard.packs.load import load_packs
from guard.packs.prompt import MOST
from guard.packs.schema import schema
from guard.packs.sources import rules_directory, shipped_packs
from guard.packs.yamls import parsed

HEAD = "id: ours\nversion: 1.0.0\ntitle: Ours\n"


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)


def listed(*arguments: str | Path, stdin: str = "") -> Any:
    return json.loads(run(*arguments, "--json", stdin=stdin).stdout)


def pack(folder: Path, rules: str, more: str = "") -> Path:
    file = folder / "ours.yaml"
    file.write_text(f"{HEAD}rules:\n{rules}{more}")
    return file


def rule(condition: str, cases: str = "", more: str = "") -> str:
    return (
        f"  - {{id: ours.rule, if: {condition}, severity: low, action: annotate, reason: A reason.,"
        f" guidance: Mend it., citation: {{text: A book}}{more}, cases: [{cases}]}}\n"
    )


FIRES = "{user: Hello there., draft: A calm sea., flag: true}"
SILENT = "{user: Hello there., draft: A rough wind., flag: false}"
CALM = "{draft: {phrases: [calm sea]}}"


class TestListAndShow:
    def test_every_pack_that_ships_is_listed_with_its_status(self) -> None:
        found = listed("rules", "list")

        assert [one["id"] for one in found] == list(shipped_packs())
        assert all(one["status"] for one in found)

    def test_the_table_fits_a_terminal(self) -> None:
        result = run("rules", "list")

        assert "base" in result.stdout
        assert max(map(len, result.stdout.splitlines())) <= 80

    def test_show_tells_rules_and_sources(self) -> None:
        result = run("rules", "show", "base")

        assert "base.soothe-only" in result.stdout
        assert "EPITOME" in result.stdout

    def test_what_show_gives_as_json_is_the_pack(self) -> None:
        found = listed("rules", "show", "base")

        assert {one["id"] for one in found["rules"]} == {
            one.id for one in load_packs(["base"])[0].pack.rules
        }


class TestTest:
    def test_cases_that_hold(self, tmp_path: Path) -> None:
        result = run("rules", "test", pack(tmp_path, rule(CALM, f"{FIRES}, {SILENT}")))

        assert result.exit_code == 0
        assert "2 of 2 cases hold" in result.stdout
        assert "1 of 1 rules are reached" in result.stdout

    def test_a_case_that_does_not_hold_says_what_came_and_why(self, tmp_path: Path) -> None:
        wrong = SILENT.replace("false", "true")

        result = run("rules", "test", pack(tmp_path, rule(CALM, wrong)))

        assert result.exit_code == 1
        for said in ("ours.rule, case 1", "- expected ours.rule", "+ got", "none of its words"):
            assert said in " ".join(result.stdout.split())

    def test_a_case_that_should_be_silent_says_which_rule_fired_and_by_what(
        self, tmp_path: Path
    ) -> None:
        wrong = FIRES.replace("true", "false")

        result = run("rules", "test", pack(tmp_path, rule(CALM, wrong)))

        assert result.exit_code == 1
        assert "because ours.rule: draft: its words" in " ".join(result.stdout.split())

    def test_a_whole_turn_that_should_be_flagged_names_the_nearest_rule(
        self, tmp_path: Path
    ) -> None:
        missed = f"cases:\n  - {SILENT.replace('false', 'true')}\n"
        meant = "{draft: {exemplars: [A calm sea.], at_least: 0.9}}"

        (found,) = listed("rules", "test", pack(tmp_path, rule(meant, FIRES), missed))

        (failed,) = found["failed"]
        assert failed["why_not"].startswith("no rule fired; nearest ours.rule, draft: nearest")

    def test_a_pack_without_cases_is_not_tested_and_fails(self, tmp_path: Path) -> None:
        result = run("rules", "test", pack(tmp_path, rule(CALM)))

        assert result.exit_code == 1
        assert "there are no cases, so nothing was tested" in " ".join(result.stdout.split())

    def test_a_whole_turn_must_pass_every_rule(self, tmp_path: Path) -> None:
        soothing = (
            "cases:\n  - {user: My dog died last night., draft: Don't be sad! Hugs!, flag: false}\n"
        )

        (found,) = listed("rules", "test", pack(tmp_path, rule(CALM, FIRES), soothing))

        (failed,) = found["failed"]
        assert failed["expected"] is False
        assert "base.soothe-only" in failed["fired"]

    def test_a_pack_that_is_not_valid_is_one_clear_line(self, tmp_path: Path) -> None:
        file = pack(tmp_path, rule("{drafts: {phrases: [a]}}"))

        done = subprocess.run(
            [sys.executable, "-m", "guard", "rules", "test", str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 2
        assert "there is no such key; did you mean draft?" in done.stderr
        assert len(done.stderr.splitlines()) == 1


class TestMargins:
    MEANT = "{draft: {exemplars: [A calm sea.], at_least: 0.6}}"

    def test_the_case_that_is_nearest_to_turning_comes_first(self, tmp_path: Path) -> None:
        result = run("rules", "margins", pack(tmp_path, rule(self.MEANT, f"{FIRES}, {SILENT}")))

        said = " ".join(result.stdout.split())
        assert result.exit_code == 0
        assert "2 of 2 cases hang on a threshold" in said
        assert said.index("ours.rule, case 2") < said.index("ours.rule, case 1")

    def test_only_narrow_ones_are_shown_when_asked(self, tmp_path: Path) -> None:
        file = pack(tmp_path, rule(self.MEANT, f"{FIRES}, {SILENT}"))
        margins = {one["case"]: one["margin"] for one in listed("rules", "margins", file)}

        found = listed("rules", "margins", file, "--below", str(sum(margins.values()) / 2))

        assert [one["case"] for one in found] == [min(margins, key=lambda case: margins[case])]


class TestLint:
    def kinds(self, file: Path) -> set[tuple[str, str]]:
        return {(one["kind"], one["where"]) for one in listed("rules", "lint", file)}

    @pytest.mark.parametrize(
        ("condition", "more", "kind"),
        [
            (
                "{draft: {phrases: [calm sea]}}",
                ", unless: [{draft: {phrases: [calm sea]}}]",
                "dead",
            ),
            ("{kept: [self], erased: [self]}", "", "dead"),
            ("{acts: [soothe], no_acts: [soothe]}", "", "dead"),
            ("{risk: [none], risk_handled: 'no'}", "", "dead"),
            ("{draft: {exemplars: [A calm sea.], at_least: 1.0}}", "", "dead"),
            ("{draft: {phrases: [never said]}}", "", "unreached"),
            ("{draft: {exemplars: [A calm sea.], at_least: 0.9}}", "", "threshold"),
            ("{draft: {tokens: [[{LOWER: calm}, {OP: '*'}, {LOWER: sea}]]}}", "", "unbounded"),
            ("{draft: {phrases: [ok]}}", "", "short"),
        ],
    )
    def test_what_is_doubtful_about_a_rule(
        self, tmp_path: Path, condition: str, more: str, kind: str
    ) -> None:
        file = pack(tmp_path, rule(condition, FIRES, more))

        assert (kind, "ours.rule") in self.kinds(file)

    def test_a_rule_that_fires_on_anothers_harmless_case(self, tmp_path: Path) -> None:
        other = rule("{draft: {phrases: [rough wind]}}", SILENT.replace("false", "true"))
        rules = rule(CALM, f"{FIRES}, {SILENT}") + other.replace("ours.rule", "ours.other")

        assert ("stranger", "ours.other") in self.kinds(pack(tmp_path, rules))

    def test_a_permit_that_gives_way_on_its_own_case(self, tmp_path: Path) -> None:
        turn = "{user: My dog died last night., draft: Don't be sad! Sending hugs., flag: true}"
        permit = (
            "  - {id: ours.permit, kind: permit, permits: [soothe_only], if: {words: 2}, "
            f"severity: low, reason: Fine., citation: {{text: A book}}, cases: [{turn}]}}\n"
        )

        assert ("permit", "ours.permit") in self.kinds(pack(tmp_path, permit))

    def test_a_rule_under_another_packs_name(self, tmp_path: Path) -> None:
        rules = rule(CALM, FIRES).replace("ours.rule", "theirs.rule")

        assert ("name", "theirs.rule") in self.kinds(pack(tmp_path, rules))

    def test_a_header_that_says_nothing(self, tmp_path: Path) -> None:
        assert ("header", "ours") in self.kinds(pack(tmp_path, rule(CALM, FIRES)))


class TestExplain:
    def test_it_tells_every_condition_and_the_nearest_exemplars(self, tmp_path: Path) -> None:
        condition = "{words: 2, draft: {exemplars: [The sea is calm today.], at_least: 0.95}}"
        file = pack(tmp_path, rule(condition))
        said = ("--user", "Hello.", "--draft", "I'll look. The sea was calm that day.")

        found = listed("rules", "explain", "ours.rule", "--pack", file, *said)

        assert found["fired"] is False
        assert {one["part"]: one["held"] for one in found["parts"]} == {
            "draft": False, "words": True,
        }  # fmt: skip
        (near,) = found["nearest"]
        assert (near["exemplar"], near["sentence"]) == ("The sea is calm today.", 2)
        assert 0.5 < near["cosine"] < 0.95

    def test_a_turn_can_come_from_a_file_or_standard_input(self, tmp_path: Path) -> None:
        turn = json.dumps({"user": "My dog died last night.", "draft": "Don't be sad! Hugs!"})
        (tmp_path / "turn.json").write_text(turn)

        for argument in (str(tmp_path / "turn.json"), "-"):
            found = listed("rules", "explain", "base.soothe-only", argument, stdin=turn)
            assert found["fired"] is True

    def test_the_pack_of_a_known_rule_is_found(self) -> None:
        result = run(
            "rules", "explain", "base.cold", "--user", "I'm so sad.", "--draft", "Sit down."
        )

        assert "base.cold" in result.stdout

    def test_an_unknown_rule_is_an_error(self) -> None:
        result = run("rules", "explain", "no.such", "--user", "a", "--draft", "b")

        assert isinstance(result.exception, GuardError)


class TestNewAndSchema:
    def test_a_new_pack_holds_its_cases_and_has_nothing_doubtful(self, tmp_path: Path) -> None:
        file = tmp_path / "my-pack.yaml"

        assert run("rules", "new", file).exit_code == 0
        assert run("rules", "test", file).exit_code == 0
        assert run("rules", "lint", file).exit_code == 0

    def test_it_never_writes_over_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text("precious")

        result = run("rules", "new", file)

        assert isinstance(result.exception, GuardError)
        assert file.read_text() == "precious"

    def test_the_schema_takes_every_pack_that_ships_and_refuses_an_unknown_key(self) -> None:
        validator = Draft202012Validator(json.loads(run("rules", "schema").stdout))

        for name in shipped_packs():
            raw = (rules_directory() / f"{name}.yaml").read_bytes()
            content = json.loads(json.dumps(parsed(raw, name).content))
            assert [error.message for error in validator.iter_errors(content)] == []
            assert not validator.is_valid(content | {"colour": "red"})

    def test_the_published_schema_is_the_one_in_force(self) -> None:
        file = Path(__file__).parents[2] / "docs" / "pack.schema.json"

        assert json.loads(file.read_text()) == schema()


class TestPrompt:
    def test_of_every_pack_together_it_stays_within_bounds(self) -> None:
        text = guard.prompt(["auto"])

        assert 100 < len(text.split()) <= MOST
        assert "\n" not in text

    @pytest.mark.parametrize("name", shipped_packs())
    def test_each_pack_says_its_piece_in_full_when_alone(self, name: str) -> None:
        text = guard.prompt([name])

        prompt = load_packs([name])[-1].pack.prompt
        assert prompt is not None
        assert prompt.full in text
        assert len(text.split()) <= MOST

    def test_the_command_prints_it(self) -> None:
        result = run("prompt", "--pack", "base")

        assert result.stdout.strip() == guard.prompt()
