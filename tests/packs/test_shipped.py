"""The packs that ship: every case holds, and each has what a reader may expect of it."""

from __future__ import annotations

import pytest

from guard import Guard
from guard.packs.cases import run_cases
from guard.packs.load import load_packs
from guard.packs.sources import shipped_packs


@pytest.mark.parametrize("name", shipped_packs())
def test_every_case_of_a_pack_holds_and_every_rule_is_reached(name: str) -> None:
    guard = Guard("observe", packs=[name])

    outcomes = run_cases(load_packs([name])[-1].pack, guard.judge)

    assert [(one.rule, one.number, one.fired, one.why_not) for one in outcomes.failed] == []
    assert [rule for rule, count in outcomes.coverage.items() if not count] == []


@pytest.mark.parametrize("name", shipped_packs())
def test_a_pack_has_rules_beliefs_cases_and_a_header(name: str) -> None:
    pack = load_packs([name])[-1].pack

    assert len(pack.rules) >= 8
    assert len(pack.beliefs) >= 12
    assert len(pack.cases) + sum(len(rule.cases) for rule in pack.rules) >= 30
    assert sum(not case.flag for case in pack.cases) >= 12
    assert all((pack.audience, pack.does, pack.leaves_out, pack.jurisdiction, pack.prompt))
    assert "not clinically reviewed" in pack.status
    assert all(rule.citation for rule in pack.rules)
