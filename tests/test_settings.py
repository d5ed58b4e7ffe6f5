"""What a deployment sets: file, environment, arguments; the later wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard import Guard, SettingsFileError
from guard.repair.model import ModelJudge, ModelRewriter, SameModel
from guard.settings import deployment


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "GUARD_MODE",
        "GUARD_PACKS",
        "GUARD_RULES",
        "GUARD_ROLE",
        "GUARD_CONFIG",
        "GUARD_REWRITER",
        "GUARD_SECOND_OPINION",
        "GUARD_DEADLINE",
    ):
        monkeypatch.delenv(name, raising=False)


def test_without_any_setting_the_defaults_hold() -> None:
    found = deployment()

    assert (found.mode, found.packs, found.role, found.reload) == (
        "annotate",
        (),
        "assistant",
        None,
    )


def test_the_environment_wins_over_the_file_and_arguments_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "guard.toml").write_text('mode = "observe"\nrole = "coach"\npacks = ["grief"]\n')

    assert deployment().mode == "observe"
    monkeypatch.setenv("GUARD_MODE", "block")
    assert deployment().mode == "block"
    assert deployment(mode="rewrite", role=None).mode == "rewrite"
    assert deployment(mode="rewrite").role == "coach"
    assert deployment().packs == ("grief",)


def test_lists_and_tables_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_PACKS", '["eating", "grief"]')
    monkeypatch.setenv("GUARD_RULES", '{"base.cold": {"enabled": false}}')

    found = deployment()

    assert found.packs == ("eating", "grief")
    assert found.rules["base.cold"].enabled is False


def test_another_file_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "other.toml"
    file.write_text('role = "companion"\n')
    monkeypatch.setenv("GUARD_CONFIG", str(file))

    assert deployment().role == "companion"


def test_relative_packs_are_meant_from_the_folder_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    file = folder / "guard.toml"
    file.write_text('packs = ["./ours.yaml", "grief"]\n')

    assert deployment(file).packs == (str(folder / "ours.yaml"), "grief")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('mode = "loud"\n', "setting mode: "),
        ('colour = "red"\n', "setting colour: "),
        ("mode = \n", "is not TOML"),
        ('[rules."base.cold"]\nactoin = "annotate"\n', "setting rules.base.cold.actoin: "),
        ("reload = -1\n", "setting reload: "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "guard.toml").write_text(content)

    with pytest.raises(SettingsFileError, match=message):
        deployment()


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match="there is no settings file"):
        deployment(tmp_path / "gone.toml")


def test_a_guard_is_made_as_the_deployment_has_set_it(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text(
        'mode = "block"\n[rules."base.soothe-only"]\nseverity = "critical"\nat_least = 0.2\n'
    )

    guard = Guard.configured(emotion_inference="stated")

    (rule,) = [one for one in guard.rules if one.id == "base.soothe-only"]
    assert (guard.mode, guard.inference) == ("block", "stated")
    assert (rule.severity, rule.at_least) == ("critical", 0.2)


def test_a_rewriter_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_API_KEY", "canary")
    (tmp_path / "guard.toml").write_text(
        'mode = "rewrite"\n[rewriter]\nmodel = "ours"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'key = "OUR_API_KEY"\ncandidates = 1\n'
    )

    guard = Guard.configured()
    one = guard.rewriters[0]

    assert isinstance(one, ModelRewriter)
    assert (one.model, one.candidates) == ("ours", 1)
    assert one.clients.address == "http://127.0.0.1:9/v1/"
    assert one.clients.sync is not None
    assert one.clients.sync.api_key == "canary"
    one.clients.close()
    assert len(Guard.configured(mode="annotate").rewriters) == 1


def test_a_rewriter_can_be_set_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_REWRITER", '{"model": "ours"}')

    found = deployment().rewriter

    assert found is not None
    assert (found.model, found.base_url, found.key) == ("ours", None, "OPENAI_API_KEY")


@pytest.mark.parametrize("key", ["AWS_SECRET_ACCESS_KEY", "sk-canary", "GITHUB_TOKEN"])
def test_no_other_secret_can_be_named_as_key(tmp_path: Path, key: str) -> None:
    (tmp_path / "guard.toml").write_text(f'[rewriter]\nmodel = "ours"\nkey = "{key}"\n')

    with pytest.raises(SettingsFileError, match=r"setting rewriter\.key: ") as caught:
        deployment()

    assert "canary" not in str(caught.value)


def test_the_model_that_wrote_the_draft_can_be_set_to_rewrite(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text('mode = "rewrite"\nrewriter = "model"\ndeadline = 8\n')

    guard = Guard.configured()

    assert isinstance(guard.rewriters[0], SameModel)
    assert (guard.rewriters[0].candidates, guard.rewriters[0].seconds) == (2, 4.0)
    assert guard.deadline == 8


def test_it_can_be_set_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_REWRITER", "model")

    found = deployment().rewriter

    assert found is not None
    assert found.model is None


def test_how_long_how_often_and_for_how_much_it_is_asked_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text(
        'mode = "rewrite"\n[rewriter]\nseconds = 2.5\nrounds = 1\ncandidates = 4\n'
        "prices = {read = 0.4, written = 1.6}\n"
        'extra = {max_completion_tokens = 4000, reasoning_effort = "low"}\n'
    )

    one = Guard.configured().rewriters[0]

    assert isinstance(one, SameModel)
    assert (one.seconds, one.rounds, one.candidates) == (2.5, 1, 4)
    assert one.extra == {"max_completion_tokens": 4000, "reasoning_effort": "low"}
    assert one.prices is not None
    assert one.prices.of(1_000_000, 1_000_000) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('[rewriter]\nbase_url = "http://127.0.0.1:9/v1"\n', "setting rewriter: .* need a model"),
        ('rewriter = "offline"\n', "setting rewriter"),
        ("[rewriter]\nseconds = 0\n", r"setting rewriter\.seconds"),
        ("deadline = 0\n", "setting deadline"),
        ("[second_opinion]\nseconds = 1\n", r"setting second_opinion\.model"),
        ('[second_opinion]\nmodel = "m"\nbands = {calm = 0.1}\n', r"setting second_opinion\.bands"),
    ],
)
def test_settings_of_language_models_that_make_no_sense_are_refused(
    tmp_path: Path, wrong: str, why: str
) -> None:
    (tmp_path / "guard.toml").write_text(wrong)

    with pytest.raises(SettingsFileError, match=why):
        deployment()


def test_an_argument_counts_for_more_than_what_is_set(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text('mode = "rewrite"\nrewriter = "model"\n')
    mine = SameModel(candidates=1)

    guard = Guard.configured(rewriter=mine, deadline=None)

    assert guard.rewriters[0] is mine
    assert guard.deadline is None


def test_nobody_is_asked_for_a_second_opinion_unless_it_is_set(tmp_path: Path) -> None:
    assert Guard.configured().second_opinion is None
    (tmp_path / "guard.toml").write_text(
        '[second_opinion]\nmodel = "ours"\nbase_url = "http://127.0.0.1:9/v1"\nseconds = 1.5\n'
        "bands = {soothe_only = 0.1}\n"
    )

    judge = Guard.configured().second_opinion

    assert isinstance(judge, ModelJudge)
    assert (judge.model, judge.seconds, dict(judge.bands)) == ("ours", 1.5, {"soothe_only": 0.1})
    judge.clients.close()
