"""The published schema is that of the models, and records of real logs fit it."""

from __future__ import annotations

import json
from pathlib import Path

import log_factories as make
from jsonschema import Draft202012Validator

from guard.log.json_schema import FILE, schema
from guard.log.record import parse

PUBLISHED = Path(__file__).parents[2] / "docs" / FILE


def test_what_is_published_is_up_to_date() -> None:
    # If this fails: guard log schema > docs/guard.log.schema.json, and a line in the changelog.
    assert json.loads(PUBLISHED.read_text("utf-8")) == schema()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_kind_of_record_that_a_log_writes_fits_it(tmp_path: Path) -> None:
    with make.open_log(tmp_path) as log:
        made = log.record(make.report(), make.turn(), subject="anna")
        assert made is not None
        log.review(made.event_id, "agree", "mia", "right")
        log.reveal([made.event_id], by="mia", purpose="test")
        log.erase("anna", basis="request")
        bodies = [entry.body for entry in log.store.entries()]
        payload = log.store.find(made.event_id)

    validator = Draft202012Validator(schema())
    kinds = {json.loads(body)["kind"] for body in bodies}
    assert kinds == {"packs", "turn", "review", "access", "erasure"}
    assert payload is not None
    for body in bodies:
        validator.validate(json.loads(body))
        assert parse(body).version == "1"


def test_a_record_of_a_later_version_is_no_record_of_this_one(tmp_path: Path) -> None:
    with make.open_log(tmp_path) as log:
        log.record(make.report(), make.turn())
        body = json.loads(next(log.store.entries(kind="turn")).body)

    validator = Draft202012Validator(schema())
    assert validator.is_valid(body)
    assert not validator.is_valid(body | {"version": "2"})
    assert not validator.is_valid(body | {"surprise": 1})
