"""`guard eval`: what a person who has labelled turns of their own gets."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from guard import Guard
from guard.cli import app
from guard.errors import BrokenLineError, InputError
from guard.evaluation.evaluate import Evaluation, Measured
from guard.evaluation.metrics import NAMES, Metric
from guard.evaluation.tables import tables
from guard.rows import Fields, turn_of

TURNS = Path(__file__).parents[1] / "turns" / "turns.jsonl"
RUN = CliRunner()


def rows(count: int) -> list[dict[str, object]]:
    return [json.loads(line) for line in TURNS.read_text("utf-8").splitlines()[:count]]


def written(folder: Path, some: list[dict[str, object]]) -> str:
    file = folder / "labelled.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in some), "utf-8")
    return str(file)


def figures(*arguments: str) -> dict[str, object]:
    done = RUN.invoke(app, ["eval", *arguments, "--json", "--rounds", "50"])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_every_label_that_occurs_is_measured_with_its_positives(tmp_path: Path) -> None:
    some = rows(40)

    measured = {m["label"]: m for m in figures(written(tmp_path, some))["labels"]}  # type: ignore[attr-defined]

    for name in ("soothe_only", "flag"):
        assert measured[name]["positives"] == sum(bool(row[name]) for row in some)
        assert measured[name]["rows"] == len(some)
    messages = {(str(row["context"]), row["user"]): row["functions"] for row in some}
    assert measured["self"]["rows"] == len(messages)
    assert measured["self"]["positives"] == sum("self" in f for f in messages.values())  # type: ignore[operator]


def test_a_label_that_is_null_is_left_out(tmp_path: Path) -> None:
    some = rows(40)
    for row in some[:10]:
        row["soothe_only"] = None

    measured = {m["label"]: m for m in figures(written(tmp_path, some))["labels"]}  # type: ignore[attr-defined]

    assert measured["soothe_only"]["rows"] == 30


def test_a_label_under_another_name_is_measured_against_the_named_score(tmp_path: Path) -> None:
    some = [
        {"user": row["user"], "draft": row["draft"], "mine": row["soothe_only"]} for row in rows(40)
    ]

    (measured,) = figures(written(tmp_path, some), "--label", "mine=soothe_only")["labels"]  # type: ignore[misc]

    assert measured["label"] == "mine (soothe_only)"
    assert measured["metrics"]["auroc"]["value"] > 0.5


def test_contrast_sets_are_ranked_by_message(tmp_path: Path) -> None:
    some = [
        {"user": "My dog died and I feel empty.", "draft": draft, "soothe_only": label,
         "message": "m1", "contrast": ["soothe_only"]}
        for draft, label in (
            ("I'm so sorry, sending you the biggest hugs, it will be okay!", 1),
            ("What was your dog called, and when do you notice the empty house most?", 0),
        )
    ]  # fmt: skip

    (ranked,) = figures(written(tmp_path, some))["contrasts"]  # type: ignore[misc]

    assert ranked == {"label": "soothe_only", "pairs": 1, "right": 1.0}


def test_the_page_is_one_file_that_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    some = rows(40)
    some[0]["id"] = "<script>alert(1)</script>"
    page = tmp_path / "page.html"

    figures(written(tmp_path, some), "--html", str(page))

    tags = Tags()
    tags.feed(page.read_text("utf-8"))
    assert not {"script", "link", "img", "iframe", "object"} & set(tags.seen)
    assert "svg" in tags.seen
    assert not any(name in ("src", "href") or name.startswith("on") for name in tags.attributes)


def test_no_text_of_the_file_is_printed(tmp_path: Path) -> None:
    some = rows(40)
    page = tmp_path / "page.html"

    done = RUN.invoke(
        app,
        ["eval", written(tmp_path, some), "--slices", "--html", str(page), "--rounds", "50"],
    )

    shown = done.output + page.read_text("utf-8")
    assert done.exit_code == 0
    assert not any(str(row[side])[:40] in shown for row in some for side in ("user", "draft"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("nothing=soothe_only", "no row has a field 'nothing'"),
        ("flag=happiness", "SCORE one of"),
        ("user=flag", "must be 0 and 1"),
    ],
)
def test_a_label_that_cannot_be_measured_is_an_error_that_says_why(
    tmp_path: Path, given: str, says: str
) -> None:
    done = RUN.invoke(app, ["eval", written(tmp_path, rows(10)), "--label", given])

    assert isinstance(done.exception, InputError)
    assert says in str(done.exception)


def test_a_file_without_labels_is_an_error(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["eval", written(tmp_path, [{"user": "Hello.", "draft": "Hi!"}])])

    assert isinstance(done.exception, InputError)
    assert "no row has a label" in str(done.exception)


def test_a_broken_line_is_named_and_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"user": "canary", "draft"\n', "utf-8")

    done = RUN.invoke(app, ["eval", str(file)])

    assert isinstance(done.exception, BrokenLineError)
    assert "line 1" in str(done.exception)
    assert "canary" not in str(done.exception)


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]


@pytest.mark.parametrize("columns", [80, 111, 112, 160])
def test_the_table_is_whole_at_any_usual_width(columns: int) -> None:
    metric = Metric(0.875, 0.8, 1.0)
    measured = Measured("false_contradiction", 1000, 500, 900, dict.fromkeys(NAMES, metric))
    evaluation = Evaluation("f", 1000, 0, 0.5, (measured,), {}, ())
    console = Console(width=columns, file=StringIO(), record=True)

    console.print(tables(evaluation, slices=False, width=columns))

    assert "…" not in console.export_text()


def test_what_goes_into_a_file_has_intervals(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["eval", written(tmp_path, rows(40)), "--rounds", "50"])

    assert "…" not in done.stdout
    assert re.search(r"flag .*\(\d\.\d\d-\d\.\d\d\)", done.stdout)


def test_a_group_that_is_no_field_is_an_error(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["eval", written(tmp_path, rows(6)), "--group", "stimulsu"])

    assert isinstance(done.exception, InputError)
    assert "stimulsu" in str(done.exception)


def test_what_others_put_into_the_usual_fields_does_no_harm(tmp_path: Path) -> None:
    some = [
        row | {"source": ["a", "b"], "contrast": 1, "x[/b]": row["soothe_only"]} for row in rows(12)
    ]

    done = RUN.invoke(
        app, ["eval", written(tmp_path, some), "--label", "x[/b]=soothe_only", "--slices"]
    )

    assert done.exit_code == 0, done.output
    assert "x[/b] (soothe_only)" in done.stdout


def test_a_draft_counts_as_flagged_where_a_rule_flags_it(tmp_path: Path) -> None:
    some = rows(40)
    guard = Guard("observe")
    flagged = [guard.audit(turn_of(row, Fields())).verdict.outcome == "flag" for row in some]

    (measured,) = (m for m in figures(written(tmp_path, some))["labels"] if m["label"] == "flag")  # type: ignore[attr-defined]

    right = sum(bool(row["flag"]) and hit for row, hit in zip(some, flagged, strict=True))
    assert measured["metrics"]["recall"]["value"] == pytest.approx(
        right / sum(bool(row["flag"]) for row in some)
    )
