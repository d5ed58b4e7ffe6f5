"""Packs: the one that ships does what it says; broken ones are refused, saying where."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
import yaml

from guard import Guard, GuardError, PackError
from guard.packs import yamls
from guard.packs.load import LoadedPack, load_packs
from guard.packs.schema import Pack
from guard.packs.sources import rules_directory, shipped_packs
from guard.packs.yamls import MAX_BYTES, MAX_DEPTH, MAX_VALUES, parsed
from guard.report import ActName, EmotionName, Function, Label

HEAD = "id: mine\nversion: 1.0.0\ntitle: Mine\n"
RULE = (
    "  - {id: mine.cold, label: cold, at_least: 0.5, severity: low, action: annotate, "
    "reason: Cold., guidance: Be warm.}\n"
)
FEWEST_EXEMPLARS = 40


def base() -> Pack:
    return load_packs(["base"])[0].pack


def written(folder: Path, content: str | bytes, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def loaded(folder: Path, content: str | bytes) -> LoadedPack:
    return load_packs([written(folder, content)])[0]


def refused(folder: Path, content: str | bytes) -> str:
    """The message of the error that this pack gives, with the file's own path taken off."""
    file = written(folder, content)

    with pytest.raises(PackError) as caught:
        load_packs([file])

    message = str(caught.value)
    assert isinstance(caught.value, GuardError)
    assert message.startswith(str(file))
    return message.removeprefix(str(file))


EXEMPLARS = [
    pytest.param(group, label, sentences, id=f"{group}.{label}")
    for group, labels in base().exemplars.items()
    for label, sentences in labels.items()
]


def test_the_base_pack_ships_and_loads() -> None:
    pack = base()

    assert "base" in shipped_packs()
    assert pack.id == "base"
    assert pack.fallback


@pytest.mark.parametrize("name", shipped_packs())
def test_every_pack_that_ships_can_be_loaded_by_its_name(name: str) -> None:
    assert name in [one.pack.id for one in load_packs([name])]


def test_the_base_pack_has_a_rule_for_every_label_of_a_fault() -> None:
    assert {rule.label for rule in base().rules if rule.label} == set(get_args(Label))


@pytest.mark.parametrize("act", get_args(ActName))
def test_the_base_pack_has_enough_exemplars_of_each_sentence_act(act: str) -> None:
    assert len(base().exemplars["act"][act]) >= FEWEST_EXEMPLARS


@pytest.mark.parametrize("function", get_args(Function))
def test_the_base_pack_has_enough_exemplars_of_each_signal_function(function: str) -> None:
    assert len(base().exemplars["function"][function]) >= FEWEST_EXEMPLARS


def test_the_base_pack_has_exemplars_of_each_emotion() -> None:
    assert set(base().exemplars["emotion"]) >= set(get_args(EmotionName))


@pytest.mark.parametrize(("group", "label", "sentences"), EXEMPLARS)
def test_no_exemplar_stands_twice_under_a_label(
    group: str, label: str, sentences: tuple[str, ...]
) -> None:
    counted = Counter(" ".join(sentence.casefold().split()) for sentence in sentences)

    assert [sentence for sentence, times in counted.items() if times > 1] == []


def test_every_contrast_of_the_base_pack_names_exemplars_that_are_there() -> None:
    pack = base()
    there = {f"{group}.{label}" for group, labels in pack.exemplars.items() for label in labels}

    named = {contrast for contrasts in pack.contrasts.values() for contrast in contrasts}

    assert named <= there
    assert set(pack.contrasts) <= set(pack.exemplars)


def test_a_pack_needs_only_an_id_a_version_and_a_title(tmp_path: Path) -> None:
    one = loaded(tmp_path, HEAD)

    assert one.pack == Pack(id="mine", version="1.0.0", title="Mine")


def test_a_pack_is_draft_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert "not clinically reviewed" in loaded(tmp_path, HEAD).pack.status


def test_the_digest_changes_with_the_file(tmp_path: Path) -> None:
    first = load_packs([written(tmp_path, HEAD, "a.yaml")])[0]
    second = load_packs([written(tmp_path, HEAD + "# changed\n", "b.yaml")])[0]

    assert first.pack == second.pack
    assert first.digest != second.digest


def test_a_pack_that_is_named_twice_is_loaded_once(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD)

    packs = load_packs(["base", file, "base", str(file)])

    assert [one.pack.id for one in packs] == ["base", "mine"]


def test_packs_that_share_an_id_are_refused(tmp_path: Path) -> None:
    one, other = written(tmp_path, HEAD, "one.yaml"), written(tmp_path, HEAD, "other.yml")

    with pytest.raises(PackError, match=r"other\.yml: a pack with the id 'mine'"):
        load_packs([one, other])


@pytest.mark.parametrize("name", ["grief-in-wales", "", "base.json"])
def test_a_name_that_no_pack_has_lists_the_known_ones(name: str) -> None:
    with pytest.raises(PackError) as caught:
        load_packs([name])

    assert repr(name) in str(caught.value)
    assert f"there are: {', '.join(shipped_packs())}" in str(caught.value)


@pytest.mark.parametrize("name", ["../base", "/etc/passwd"])
def test_a_path_that_leads_to_no_pack_is_refused(name: str) -> None:
    with pytest.raises(PackError, match=f"{name}"):
        load_packs([name])


def test_a_pack_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"there is no pack file .*gone\.yaml"):
        load_packs([tmp_path / "gone.yaml"])


def test_a_folder_is_no_pack_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder.yaml"
    folder.mkdir()

    with pytest.raises(PackError, match=r"folder\.yaml"):
        load_packs([folder])


def test_the_packs_that_ship_are_where_they_are_said_to_be() -> None:
    assert (rules_directory() / "base.yaml").is_file()


def test_an_unknown_key_is_named_with_line_column_and_the_nearest_valid_key(tmp_path: Path) -> None:
    message = refused(tmp_path, HEAD + "stats: red\n")

    assert message == ":4:1: stats: there is no such key; did you mean status?"


def test_an_unknown_key_that_resembles_none_lists_the_valid_ones(tmp_path: Path) -> None:
    message = refused(tmp_path, HEAD + "qqqq: red\n")

    assert message.startswith(":4:1: qqqq: there is no such key; there are audience, beliefs, ")


def test_the_nearest_key_is_one_of_the_part_that_the_key_stands_in(tmp_path: Path) -> None:
    content = (
        HEAD + "rules:\n" + RULE.replace("label: cold", "label: cold, if: {draft: {phrase: [a]}}")
    )

    message = refused(tmp_path, content)

    assert message.startswith(":5:")
    assert "rules.0.if.draft.phrase: there is no such key; did you mean phrases?" in message


def test_an_unknown_key_inside_a_rule_is_named_with_its_place(tmp_path: Path) -> None:
    content = HEAD + "rules:\n" + RULE.replace("label: cold", "label: cold, colour: red")

    message = refused(tmp_path, content)

    assert message.startswith(
        f":5:{len('  - {id: mine.cold, label: cold, ') + 1}: rules.0.colour: "
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("version: 1.0.0", "version: 1.5"), "version"),
        (("version: 1.0.0", "version: one"), "version"),
        (("id: mine", "id: Mine Own"), "id"),
        (("id: mine", "id: 7"), "id"),
        (("title: Mine", "title: [Mine]"), "title"),
        (("title: Mine", "title: ''"), "title"),
        (("at_least: 0.5", "at_least: 1.5"), "rules.0.at_least"),
        (("at_least: 0.5", "at_least: '0.5'"), "rules.0.at_least"),
        (("label: cold", "label: warm"), "rules.0.label"),
        (("action: annotate", "action: explode"), "rules.0.action"),
        (("reason: Cold., ", ""), "rules.0.reason"),
        (("guidance: Be warm.", "guidance: 2001-01-01"), "rules.0.guidance"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    tmp_path: Path, change: tuple[str, str], place: str
) -> None:
    content = (HEAD + "rules:\n" + RULE).replace(*change)

    message = refused(tmp_path, content)

    assert re.match(rf":[1-5]:\d+: {re.escape(place)}: ", message), message


def test_a_missing_title_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, "id: mine\nversion: 1.0.0\n").startswith(":1:1: title: ")


def test_an_alias_bomb_is_refused_at_its_first_alias(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )

    assert refused(tmp_path, bomb) == ":2: aliases are not allowed in packs"


@pytest.mark.parametrize(
    "nested",
    ["[" * 100_000, "{a: " * 60 + "1" + "}" * 60, "[" * 17 + "]" * 17],
    ids=["unclosed lists", "mappings", "one too many"],
)
def test_deep_nesting_is_refused(tmp_path: Path, nested: str) -> None:
    message = refused(tmp_path, f"{HEAD}exemplars: {nested}\n")

    assert message == f":4: nested deeper than {MAX_DEPTH}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD + "id: other\n", ":4: the key 'id' is there twice"),
        (
            HEAD + "exemplars:\n  act:\n    soothe: [a]\n    soothe: [b]\n",
            ":7: the key 'soothe' is there twice",
        ),
        (
            HEAD + "rules:\n" + RULE.replace("{", "{severity: high, "),
            ":5: the key 'severity' is there twice",
        ),
    ],
)
def test_a_key_that_is_there_twice_is_refused(tmp_path: Path, content: str, message: str) -> None:
    assert refused(tmp_path, content) == message


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object:os.PathLike {}",
        "!!python/object/apply:os.getcwd []",
        "!!python/name:os.system ''",
        "!!binary aGVsbG8=",
        "!mine hello",
        "! hello",
    ],
)
def test_a_tag_is_refused(tmp_path: Path, tagged: str) -> None:
    assert refused(tmp_path, f"{HEAD}about: {tagged}\n") == ":4: tags are not allowed in packs"


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing here\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    assert refused(tmp_path, content) == ": the file is empty"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (HEAD + "about: [1, 2\nstatus: }\n", 5),
        (HEAD + "\tabout: x\n", 4),
        (HEAD + "about: 'never closed\n", 5),
        (HEAD + "---\n" + HEAD, 4),
        (HEAD + "? [a, b]\n: c\n", 4),
    ],
    ids=["bracket", "tab", "quote", "two documents", "a list as key"],
)
def test_what_is_not_valid_yaml_is_refused_with_its_line(
    tmp_path: Path, content: str, line: int
) -> None:
    assert refused(tmp_path, content).startswith(f": not valid YAML, line {line}, ")


@pytest.mark.parametrize(
    "content",
    [b"id: \xff\xfe\xfa\n", b"id: mi\x00ne\n", HEAD.encode() + b"about: caf\xe9\n"],
    ids=["no encoding", "null byte", "latin-1"],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).startswith(": not valid YAML")


def test_an_endless_number_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, f"{HEAD}about: {'9' * 10_000}\n").startswith(": not valid YAML")


@pytest.mark.parametrize("content", ["- a\n- b\n", "hello\n", "42\n"])
def test_a_file_that_holds_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    assert refused(tmp_path, content).startswith(":1:1: pack: ")


def test_an_oversize_file_is_refused_with_its_size(tmp_path: Path) -> None:
    content = HEAD + "#" * MAX_BYTES

    assert refused(tmp_path, content) == f": {len(content)} bytes; a pack may have {MAX_BYTES}"


def test_a_file_with_very_many_values_is_refused(tmp_path: Path) -> None:
    content = f"{HEAD}exemplars:\n" + "- a\n" * (MAX_VALUES + 1)

    assert refused(tmp_path, content).endswith(f": more than {MAX_VALUES} values")


def test_a_platform_without_the_parser_in_c_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (rules_directory() / "grief.yaml").read_bytes()
    quick = parsed(raw, "grief")
    monkeypatch.setattr(yamls, "_Loader", yaml.SafeLoader)

    slow = parsed(raw, "grief")

    assert slow == quick
    assert slow.place(("rules", 0, "id")) == quick.place(("rules", 0, "id"))


def test_rules_that_share_an_id_are_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, HEAD + "rules:\n" + RULE + RULE)

    assert "rule ids must be unique; mine.cold is there twice" in message


def test_beliefs_that_share_an_id_are_refused(tmp_path: Path) -> None:
    belief = "  - {id: moon, type: fact, statements: [cheese], correction: Rock., source: Maps.}\n"

    message = refused(tmp_path, HEAD + "beliefs:\n" + belief + belief)

    assert "belief ids must be unique; moon is there twice" in message


def test_a_belief_without_statements_is_refused(tmp_path: Path) -> None:
    belief = "  - {id: moon, type: fact, statements: [], correction: Rock., source: Maps.}\n"

    assert "beliefs.0.statements: " in refused(tmp_path, HEAD + "beliefs:\n" + belief)


@pytest.mark.parametrize(
    "token",
    ["{LOWER: {REGEX: 'a+'}}", "{TEXT: {REGEX: {IN: ['(a+)+$']}}}", "{REGEX: 'a'}"],
)
def test_a_regular_expression_in_a_token_pattern_is_refused(tmp_path: Path, token: str) -> None:
    message = refused(tmp_path, f"{HEAD}patterns: {{user: {{loss: {{tokens: [[{token}]]}}}}}}\n")

    assert "patterns.user.loss.tokens: " in message
    assert "REGEX and FUZZY are not allowed" in message


def test_a_token_pattern_without_tokens_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, f"{HEAD}patterns: {{user: {{loss: {{tokens: [[]]}}}}}}\n")

    assert "at least one token" in message


@pytest.mark.parametrize(
    "token",
    [
        "{LOWERR: lost}",
        "{IS_ALPHA: [1]}",
        "{LOWER: lost, OP: '?!'}",
        "{POS: VERB}",
        "{LEMMA: lose}",
    ],
)
def test_a_token_pattern_that_could_never_run_is_a_pack_error(tmp_path: Path, token: str) -> None:
    file = written(tmp_path, f"{HEAD}patterns: {{user: {{loss: {{tokens: [[{token}]]}}}}}}\n")

    with pytest.raises(PackError):
        Guard(packs=[file])


@pytest.mark.parametrize(
    "content",
    ["exemplars: {act: {soothe: []}}\n", "contrasts: {act: [emoton.joy]}\n"],
    ids=["a label without exemplars", "a contrast that is not there"],
)
def test_a_group_without_any_exemplar_is_a_pack_error(tmp_path: Path, content: str) -> None:
    file = written(tmp_path, HEAD + content)

    with pytest.raises(PackError):
        Guard(packs=[file])


def test_the_base_pack_is_in_force_beside_any_other(tmp_path: Path) -> None:
    guard = Guard(packs=[written(tmp_path, HEAD + "rules:\n" + RULE)])

    report = guard.audit(user="My tent flooded.", draft="Where did you sleep?")

    assert [name.split("@")[0] for name in report.digests.packs] == ["base", "mine"]
    assert report.verdict.outcome == "pass"


def test_a_pack_beside_the_base_pack_adds_its_rules(tmp_path: Path) -> None:
    guard = Guard(packs=["base", written(tmp_path, HEAD + "rules:\n" + RULE)])

    report = guard.audit(user="My tent flooded.", draft="Where did you sleep?")

    assert [rule.id for rule in guard.rules][-1] == "mine.cold"
    assert len(report.digests.packs) == 2
