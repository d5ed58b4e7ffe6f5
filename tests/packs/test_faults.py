"""What is said of a pack that is not valid: where, what, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard import Guard, PackError
from guard.packs.load import parse_pack

HEAD = "id: mine\nversion: 1.0.0\ntitle: Mine\n"
RULE = """rules:
  - id: mine.cold
    label: cold
    at_least: 0.5
    severity: low
    action: annotate
    reason: Cold.
    guidance: Be warm.
"""
BELIEF = "beliefs:\n- {id: a, type: fact, statements: [no], correction: b, source: c}\n"


def said(text: str) -> str:
    with pytest.raises(PackError) as caught:
        parse_pack(text.encode(), "p.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("988", "a number"),
        ("no", "false"),
        ("2001-01-01", "a date"),
        ("4.5", "a number"),
        ("null", "nothing"),
        ("12:30", "a number"),
        ("on", "true"),
    ],
)
def test_a_word_that_needs_quotes_is_shown_in_quotes(word: str, read: str) -> None:
    message = said(f"{HEAD}{RULE}    if: {{draft: {{phrases: [ok, {word}]}}}}\n")

    assert message == (
        "p.yaml:12:32: rules.0.if.draft.phrases.1: "
        f'{word} without quotes is read as {read}; put it in quotes: "{word}"'
    )


def test_a_number_in_a_token_pattern_needs_quotes() -> None:
    message = said(f"{HEAD}{RULE}    if: {{draft: {{tokens: [[{{LOWER: {{IN: [988]}}}}]]}}}}\n")

    assert message.endswith("LOWER needs a text; put no, yes and numbers in quotes")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("label: cold", "label: colld"),
            "6:12: rules.0.label: 'colld' is not allowed; did you mean cold?",
        ),
        (("annotate", "explode"), "'explode' is not allowed; it must be release, annotate, "),
        (
            ("annotate", "rewrte"),
            "'rewrte' is not allowed; did you mean rewrite? it must be release, ",
        ),
        (("annotate", "no"), "'no' is not allowed; it must be release, annotate, "),
        (("annotate", "[rewrite]"), "rules.0.action: it must be release, annotate, rewrite or"),
        (("annotate", ""), "rules.0.action: it must be release, annotate, rewrite or"),
        (
            ("reason: Cold.", "reason:"),
            "there is nothing here; write something or leave the key out",
        ),
        (("    reason: Cold.\n", ""), "5:5: rules.0.reason: this key is missing"),
        (("reason: Cold.", "reason: [Cold.]"), "rules.0.reason: one text is needed here"),
        (("0.5", "'0.5'"), "rules.0.at_least: a number is needed here, without quotes"),
        (("0.5", "1.5"), "rules.0.at_least: must be at most 1.0"),
        (("1.0.0", "1.0"), 'version: three numbers are needed here, as in "1.0.0"'),
        (("1.0.0", "one"), 'version: three numbers are needed here, as in "1.0.0"'),
        (
            ("id: mine\n", "id: My Own\n"),
            "id: small letters and digits in words joined by - _ or .",
        ),
        (("label: cold", "if: {acts: soothe}"), "rules.0.if.acts: a list is needed here: [soothe]"),
        (
            ("label: cold", "if: [soothe]"),
            "rules.0.if: keys and values are needed here, such as acts, ",
        ),
        (
            ("label: cold", "if: {risk_handled: no}"),
            'no without quotes is read as false; put it in quotes: "no"',
        ),
        (
            ("label: cold", "if: {scores: {colld: 0.4}}"),
            "rules.0.if.scores.colld: 'colld' is not allowed; did",
        ),
        (
            ("rules:", "patterns: {usr: {a: {phrases: [b]}}}\nrules:"),
            "4:12: patterns.usr: 'usr' is not allowed",
        ),
        (("rules:", f"{BELIEF}rules:"), "statements.0: no without quotes is read as false"),
    ],
)
def test_a_wrong_value_says_what_may_stand_there(change: tuple[str, str], message: str) -> None:
    found = said((HEAD + RULE).replace(*change))

    assert message in found
    assert len(found) < 160


def test_no_message_tells_of_types_of_the_program() -> None:
    found = said((HEAD + RULE).replace("reason: Cold.", "cases: x").replace("0.5", "high"))

    assert not {"Input", "tuple", "instance", "valid"} & set(found.split())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "    if: {draft: {patterns: [sory]}}\n",
            ":12:29: rule mine.cold names sory, which no pack in force has; did you mean sorry?",
        ),
        (
            "    unless: [{any: [{user: {patterns: [qqqq]}}]}]\n",
            ":12:40: rule mine.cold names qqqq, which",
        ),
        ("    if: {known: [mine.moon]}\n", ":12:18: rule mine.cold names mine.moon, which no pack"),
        (
            "triggers: {patterns: [gone]}\n",
            ":12:23: triggers names gone, which no pack in force has",
        ),
    ],
)
def test_a_name_that_nothing_has_is_shown_with_its_place(
    tmp_path: Path, more: str, message: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"{HEAD}{RULE}{more}patterns: {{draft: {{sorry: {{phrases: [sorry]}}}}}}\n")

    with pytest.raises(PackError) as caught:
        Guard(packs=[file])

    assert str(caught.value).startswith(f"{file}{message}")
