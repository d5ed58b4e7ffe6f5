"""Where packs come from: names, files, folders, installed packages; what they extend and change."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guard import Guard, PackError
from guard.packs.load import MAX_EXTENDS, load_packs
from guard.packs.schema import Override
from guard.packs.sources import files_of
from guard.packs.yamls import MAX_BYTES

RULE = """
  - {id: NAME.rule, label: cold, at_least: 0.5, severity: low, action: annotate, reason: Cold.,
     guidance: Be warm.}
"""


def write(folder: Path, name: str, more: str = "") -> Path:
    file = folder / f"{name}.yaml"
    rules = f"rules:{RULE.replace('NAME', name)}"
    file.write_text(f"id: {name}\nversion: 1.0.0\ntitle: The pack {name}\n{rules}{more}", "utf-8")
    return file


def ids(*names: str | Path) -> list[str]:
    return [one.pack.id for one in load_packs(names)]


class TestFolders:
    def test_all_packs_of_a_folder_are_loaded_in_the_order_of_their_names(
        self, tmp_path: Path
    ) -> None:
        for name in ("b", "a"):
            write(tmp_path, name)
        (tmp_path / "notes.txt").write_text("no pack")

        assert ids(tmp_path) == ["a", "b"]

    def test_a_folder_without_packs_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match=r"no \.yaml file in the folder"):
            load_packs([tmp_path])


class TestExtends:
    def test_what_a_pack_extends_comes_before_it(self, tmp_path: Path) -> None:
        write(tmp_path, "ground")
        top = write(tmp_path, "top", "extends: [./ground.yaml]\n")

        assert ids(top) == ["ground", "top"]

    def test_a_pack_that_ships_can_be_extended_by_name(self, tmp_path: Path) -> None:
        assert ids(write(tmp_path, "top", "extends: [base]\n")) == ["base", "top"]

    def test_a_pack_changes_the_rules_that_it_extends(self, tmp_path: Path) -> None:
        write(tmp_path, "ground")
        change = "overrides: {ground.rule: {severity: high, at_least: 0.7}}\n"
        top = write(tmp_path, "top", f"extends: [./ground.yaml]\n{change}")

        rule = load_packs([top])[0].pack.rules[0]

        assert (rule.severity, rule.at_least, rule.action) == ("high", 0.7, "annotate")

    def test_a_rule_can_be_switched_off(self, tmp_path: Path) -> None:
        file = write(tmp_path, "top")

        (one,) = load_packs([file], {"top.rule": Override(enabled=False)})

        assert one.pack.rules == ()

    def test_a_deployment_has_the_last_word(self, tmp_path: Path) -> None:
        file = write(tmp_path, "top", "overrides: {top.rule: {severity: high}}\n")

        (one,) = load_packs([file], {"top.rule": Override(severity="critical")})

        assert one.pack.rules[0].severity == "critical"

    def test_an_override_of_no_rule_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match=r"there is no rule top\.rul to override"):
            load_packs([write(tmp_path, "top")], {"top.rul": Override()})

    def test_a_loop_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        write(tmp_path, "a", "extends: [./b.yaml]\n")
        write(tmp_path, "b", "extends: [./a.yaml]\n")

        with pytest.raises(PackError, match=r"a\.yaml extends b\.yaml extends a\.yaml"):
            load_packs([tmp_path / "a.yaml"])

    def test_a_pack_that_extends_itself_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match="must not extend itself"):
            load_packs([write(tmp_path, "a", "extends: [./a.yaml]\n")])

    def test_a_chain_without_end_is_cut(self, tmp_path: Path) -> None:
        for n in range(MAX_EXTENDS + 2):
            write(tmp_path, f"p{n}", f"extends: [./p{n + 1}.yaml]\n")
        write(tmp_path, f"p{MAX_EXTENDS + 2}")

        with pytest.raises(PackError, match=f"{MAX_EXTENDS} deep"):
            load_packs([tmp_path / "p0.yaml"])

    def test_what_is_extended_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match=r"top\.yaml: extends: there is no pack file"):
            load_packs([write(tmp_path, "top", "extends: [./gone.yaml]\n")])

    def test_two_packs_must_not_share_a_rule(self, tmp_path: Path) -> None:
        write(tmp_path, "a")
        other = write(tmp_path, "b")
        other.write_text(other.read_text().replace("b.rule", "a.rule"))

        with pytest.raises(PackError, match=r"b\.yaml: the rule 'a\.rule' is already in"):
            load_packs([tmp_path])


class TestInstalled:
    def test_a_pack_of_an_installed_package_is_found_by_its_name_and_no_code_runs(
        self, tmp_path: Path
    ) -> None:
        package = tmp_path / "clinic_packs"
        package.mkdir()
        (package / "__init__.py").write_text("raise SystemExit('this code must not run')\n")
        write(package, "clinic")
        info = tmp_path / "clinic_packs-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clinic-packs\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[guard.packs]\nclinic = clinic_packs\n")
        code = (
            "from guard.packs.load import load_packs; from guard.packs.sources import known_packs;"
            "print(load_packs(['clinic'])[0].pack.title, 'clinic' in known_packs())"
        )

        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.stdout.strip() == "The pack clinic True", done.stderr


class TestBadPacks:
    """One clear error each, quickly."""

    def test_a_very_large_file_is_refused_without_being_read(self, tmp_path: Path) -> None:
        file = tmp_path / "large.yaml"
        with file.open("wb") as stream:
            stream.truncate(50_000_000)
        started = time.perf_counter()

        with pytest.raises(PackError, match=f"50000000 bytes; a pack may have {MAX_BYTES}"):
            load_packs([file])

        assert time.perf_counter() - started < 1.0

    @pytest.mark.parametrize(
        ("tokens", "message"),
        [
            ("[{OP: '*'}, {OP: '*'}, {OP: '*'}, {LOWER: a}]", "matching could take very long"),
            (f"[{', '.join(['{LOWER: a}'] * 30)}]", "may have 20 tokens"),
            ("[{LOWER: {FUZZY: a}}]", "REGEX and FUZZY are not allowed"),
        ],
    )
    def test_a_pattern_that_could_run_for_long_is_refused(
        self, tmp_path: Path, tokens: str, message: str
    ) -> None:
        file = write(tmp_path, "p", f"patterns: {{draft: {{slow: {{tokens: [{tokens}]}}}}}}\n")

        with pytest.raises(PackError, match=message):
            load_packs([file])

    def test_a_rule_that_permits_passing_over_danger_is_refused(self, tmp_path: Path) -> None:
        file = write(tmp_path, "p")
        text = file.read_text().replace(
            "label: cold, at_least: 0.5", "kind: permit, permits: [risk_unhandled], if: {words: 1}"
        )
        file.write_text(text)

        with pytest.raises(PackError, match="no rule may permit that a danger is passed over"):
            load_packs([file])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("if: {any: [{any: [{words: 1}]}]}", "any must not stand inside any"),
            ("if: {any: [{}]}", "an empty condition always holds"),
            ("if: {draft: {at_least: 0.4}}", "give patterns, phrases, tokens or exemplars"),
            ("if: {draft: {phrases: [a], unlike: [b]}}", "unlike goes with exemplars"),
            ("at_least: 0.4", "at_least goes with a label"),
            ("kind: permit, if: {words: 1}", "a permit needs it"),
            ("kind: require", "a rule needs a label with at_least, or conditions under if"),
        ],
    )
    def test_a_rule_that_makes_no_sense_is_refused(
        self, tmp_path: Path, change: str, message: str
    ) -> None:
        file = write(tmp_path, "p")
        file.write_text(file.read_text().replace("label: cold, at_least: 0.5", change))

        with pytest.raises(PackError, match=message):
            load_packs([file])

    @pytest.mark.parametrize(
        ("condition", "name"),
        [("if: {draft: {patterns: [gone]}}", "gone"), ("if: {known: [p.gone]}", "p.gone")],
    )
    def test_a_name_that_no_pack_has_is_an_error(
        self, tmp_path: Path, condition: str, name: str
    ) -> None:
        file = write(tmp_path, "p")
        file.write_text(file.read_text().replace("label: cold, at_least: 0.5", condition))

        with pytest.raises(PackError, match=f"rule p.rule names {name}, which no pack in force"):
            Guard(packs=[file])


def test_a_relative_path_is_meant_from_the_file_that_names_it(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    file = write(inner, "a")

    assert files_of("./a.yaml", beside=inner / "b.yaml") == (file.resolve(),)
