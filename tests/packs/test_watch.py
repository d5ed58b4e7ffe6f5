"""Packs are taken up anew when their files change; a broken one never replaces a good one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from guard import Guard
from guard.packs.watch import Watch

HEAD = "id: ours\nversion: VERSION\ntitle: Ours\n"


def versions(guard: Guard) -> list[str]:
    return [f"{pack.id} {pack.version}" for pack in guard.judge.rules.packs if pack.id != "base"]


@pytest.fixture
def log() -> Iterator[LogCapture]:
    capture = LogCapture()
    structlog.configure(processors=[capture])
    yield capture
    structlog.reset_defaults()  # else later tests would find an application's set-up


def test_a_changed_pack_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[file], reload=0.0)

    file.write_text(HEAD.replace("VERSION", "1.0.1") + "does: more\n")

    assert versions(guard) == ["ours 1.0.1"]


def test_without_reload_a_change_is_not_looked_for(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[file])

    file.write_text(HEAD.replace("VERSION", "1.0.1") + "does: more\n")

    assert versions(guard) == ["ours 1.0.0"]


def test_a_broken_pack_never_replaces_a_good_one_and_the_error_is_logged(
    tmp_path: Path, log: LogCapture
) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[file], reload=0.0)

    file.write_text(HEAD.replace("VERSION", "1.0.1") + "dose: typo\n")

    assert versions(guard) == ["ours 1.0.0"]
    assert versions(guard) == ["ours 1.0.0"]
    failures = [entry for entry in log.entries if entry["event"] == "packs_not_reloaded"]
    assert len(failures) == 1
    assert "did you mean does?" in failures[0]["error"]


def test_a_mended_pack_is_taken_up(tmp_path: Path, log: LogCapture) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[file], reload=0.0)
    file.write_text("nothing")
    assert versions(guard) == ["ours 1.0.0"]

    file.write_text(HEAD.replace("VERSION", "1.0.2"))

    assert versions(guard) == ["ours 1.0.2"]


def test_a_pack_that_is_deleted_stays_in_force(tmp_path: Path, log: LogCapture) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[file], reload=0.0)

    file.unlink()

    assert versions(guard) == ["ours 1.0.0"]


def test_a_pack_that_comes_into_a_folder_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(HEAD.replace("VERSION", "1.0.0"))
    guard = Guard(packs=[tmp_path], reload=0.0)

    (tmp_path / "more.yaml").write_text("id: more\nversion: 1.0.0\ntitle: More\n")

    assert versions(guard) == ["more 1.0.0", "ours 1.0.0"]


def test_while_one_thread_makes_the_new_one_others_go_on_with_the_old(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("a")
    making, go_on = threading.Event(), threading.Event()

    def make() -> str:
        making.set()
        assert go_on.wait(10)
        return "new"

    watch = Watch("old", make, lambda _: [file], [file], 0.0)
    file.write_text("changed")
    thread = threading.Thread(target=watch.current)
    thread.start()
    assert making.wait(10)

    meanwhile = watch.current()
    go_on.set()
    thread.join(10)

    assert meanwhile == "old"
    assert watch.current() == "new"
