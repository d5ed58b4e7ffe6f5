"""Which packs are in force on a turn, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard import Guard, Report, Turn

PACK = """
id: boats
version: 1.0.0
title: Boats
triggers: {phrases: [my boat], exemplars: ["I am building a wooden sailing boat."], at_least: 0.6}
beliefs:
  - id: boats.sink
    type: fact
    statements: ["Every boat made of steel must sink."]
    correction: Ships of steel float, since they displace more water than they weigh.
    source: Archimedes
rules:
  - {id: boats.calm, if: {draft: {phrases: [calm sea]}}, severity: low, action: annotate,
     reason: Calm., guidance: None.}
  - {id: boats.domain, if: {domains: [boats], draft: {phrases: [calm sea]}}, severity: low,
     action: annotate, reason: Calm., guidance: None.}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("packs") / "boats.yaml"
    file.write_text(PACK)
    return file


def packs(report: Report) -> dict[str, str]:
    return {one.pack: one.why for one in report.packs}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def test_a_named_pack_is_always_in_force(file: Path) -> None:
    report = Guard(packs=[file]).audit(user="What is the time?", draft="A calm sea.")

    assert packs(report) == {"base": "always in force", "boats": "named"}
    assert rules(report) == {"boats.calm"}


def test_a_condition_on_the_domain_looks_at_what_the_conversation_is_about(file: Path) -> None:
    report = Guard(packs=[file]).audit(user="It's about my boat.", draft="A calm sea.")

    assert rules(report) == {"boats.calm", "boats.domain"}


@pytest.fixture(scope="module")
def auto() -> Guard:
    return Guard("observe", packs=["auto"])


def test_auto_takes_the_base_pack_alone_where_nothing_is_touched(auto: Guard) -> None:
    report = auto.audit(user="What is the time in Lisbon?", draft="Ten past four.")

    assert packs(report) == {"base": "always in force"}


@pytest.mark.parametrize(
    ("pack", "message"),
    [
        ("eating", "I've been purging after every meal and nobody knows."),
        ("grief", "My dad passed away in March and I still lay the table for him."),
        ("ocd", "I've checked the stove eleven times, my OCD is so bad today."),
        ("substance", "I relapsed last night, a whole bottle of vodka."),
        ("perinatal", "Our baby is three weeks old and I feel nothing for her."),
        ("psychosis", "The voices are telling me that the neighbours read my thoughts."),
        ("trauma", "My boyfriend hit me again last night."),
        ("crisis", "I want to kill myself."),
    ],
)
def test_auto_takes_the_pack_that_the_message_is_about_and_says_why(
    auto: Guard, pack: str, message: str
) -> None:
    found = packs(auto.audit(user=message, draft="Tell me more about that."))

    assert pack in found
    assert found[pack].startswith("the message: ")
    assert message not in found[pack]


def test_auto_remembers_what_the_conversation_is_about(auto: Guard) -> None:
    turn = Turn.from_messages(
        [
            {"role": "user", "content": "I've been purging after every meal."},
            {"role": "assistant", "content": "Since when?"},
            {"role": "user", "content": "About a year I think."},
        ],
        "What was happening a year ago?",
    )

    assert "an earlier message" in packs(auto.audit(turn))["eating"]


def test_a_named_pack_beside_auto_is_always_in_force(file: Path) -> None:
    found = packs(Guard(packs=["auto", file]).audit(user="Hello.", draft="Hello."))

    assert found == {"base": "always in force", "boats": "named"}


def test_known_beliefs_count_only_where_their_pack_is_in_force(file: Path) -> None:
    message = "Every boat made of steel must sink."

    with_, without = (
        guard.audit(user=message, draft="Is that so?").reading.beliefs
        for guard in (Guard(packs=[file]), Guard())
    )

    assert [belief.known for belief in with_] == ["boats.sink"]
    assert [belief.known for belief in without if belief.known] == []
