"""Checkpoints: their form, who signed them, where they go; and what is never signed."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_factories import open_log, report, turn
from structlog.testing import capture_logs

from guard.errors import LogError
from guard.log.checkpoint import Signer, Verifier, opened, signed
from guard.log.keys import load_secrets
from guard.log.signing import FileSink, HTTPSink

SIGNER = Signer("guard.log/test", bytes(range(32)))


def note(size: int = 5, signer: Signer = SIGNER) -> str:
    return signed(signer, signer.name, size, bytes(32), 0, "2026-11-28T00:00:00.000000Z").note


class TestNote:
    def test_it_has_the_form_of_c2sp(self) -> None:
        text, signature = note().split("\n\n")
        origin, size, root, *_ = text.split("\n")
        dash, name, raw = signature.strip().split(" ")

        assert (origin, size) == ("guard.log/test", "5")
        assert base64.b64decode(root) == bytes(32)
        assert (dash, name) == ("\u2014", "guard.log/test")
        assert base64.b64decode(raw)[:4] == SIGNER.verifier.hash

    def test_who_has_the_public_key_can_open_it(self) -> None:
        key = Verifier.parse(str(SIGNER.verifier))

        said = opened(note(), [key])

        assert (said.size, said.origin, said.previous) == (5, "guard.log/test", 0)
        assert said.time == "2026-11-28T00:00:00.000000Z"

    def test_signatures_of_others_do_no_harm(self) -> None:
        other = Signer("witness", bytes(32))
        text, line = note().split("\n\n")
        theirs = base64.b64encode(other.verifier.hash + other.sign(text.encode())).decode()

        assert opened(f"{text}\n\n\u2014 witness {theirs}\n{line}", [SIGNER.verifier]).size == 5

    @given(st.data())
    def test_no_character_of_it_can_be_another(self, data: st.DataObject) -> None:
        text = note()
        place = data.draw(st.integers(0, text.rindex("\n\n")))
        other = data.draw(st.characters(min_codepoint=10, max_codepoint=126))
        if other == text[place]:
            return

        with pytest.raises(LogError):
            opened(text[:place] + other + text[place + 1 :], [SIGNER.verifier])

    @given(st.text(max_size=300))
    def test_whatever_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(LogError):
            opened(text, [SIGNER.verifier])

    @pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AAAA", "a+b+c+d", "x" * 99])
    def test_a_public_key_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(LogError, match="public key"):
            Verifier.parse(text)


class TestWhen:
    def test_within_a_second_and_at_the_end(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
            until = time.monotonic() + 10
            while log.store.latest_checkpoint() is None and time.monotonic() < until:
                time.sleep(0.05)
            latest = log.store.latest_checkpoint()
            assert latest is not None
            log.record(report(), turn())
        with open_log(tmp_path) as log:
            closed = log.store.latest_checkpoint()

            assert closed is not None
            assert closed.size == latest.size + 1 == log.store.head().size
            assert closed.previous == latest.size

    def test_nothing_new_nothing_signed(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
            log.checkpoint()

            assert log.checkpoint() is None

    def test_two_processes_that_sign_keep_one_line_of_checkpoints(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as one, open_log(tmp_path) as other:
            for log in (one, other, one, other):
                log.record(report(), turn())
                log.checkpoint()
            sizes = [(each.previous, each.size) for each in one.store.checkpoints()]

        assert [size for _, size in sizes[:-1]] == [before for before, _ in sizes[1:]]


class TestNeverSigned:
    def test_records_that_were_altered_since(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            for _ in range(3):
                log.record(report(), turn())
            log.checkpoint()
            log.record(report(), turn())
            log.store.close()
            db = apsw.Connection(str(tmp_path / "log.db"))
            db.execute("DROP TRIGGER entry_stays; UPDATE entry SET leaf = zeroblob(32) WHERE seq=4")
            db.close()

            with pytest.raises(LogError, match="record 4 was altered"):
                log.checkpoint()
            assert log.store.latest_checkpoint().size == 4  # type: ignore[union-attr]

    def test_a_log_that_was_signed_otherwise_before(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
        db = apsw.Connection(str(tmp_path / "log.db"))
        db.execute("DROP TRIGGER checkpoint_stays; UPDATE checkpoint SET root = zeroblob(32)")
        db.close()

        with open_log(tmp_path) as log, capture_logs() as events:
            log.record(report(), turn())
            with pytest.raises(LogError, match="not those of the last checkpoint"):
                log.checkpoint()
            log._part().signing.try_to_sign()

        assert "log_tampered" in [one["event"] for one in events]


class TestOutside:
    def test_a_file_gets_each_and_gives_back_the_last(self, tmp_path: Path) -> None:
        anchored = tmp_path / "elsewhere.txt"
        with open_log(tmp_path, checkpoints=anchored) as log:
            for _ in range(3):
                log.record(report(), turn())
                log.checkpoint()
            key = log.public_key
        last = FileSink(anchored).last()

        assert last is not None
        assert opened(last, [key]).size == 4

    def test_a_torn_end_of_the_file_hides_nothing(self, tmp_path: Path) -> None:
        sink = FileSink(tmp_path / "kept")
        sink(note(5))
        sink(note(6))
        raw = sink.file.read_text("utf-8")

        for cut in range(len(raw) // 2 + 1, len(raw) - 1):
            sink.file.write_text(raw[:cut], "utf-8")
            last = sink.last()

            assert last is not None
            assert opened(last, [SIGNER.verifier]).size == 5
        sink.file.write_text("", "utf-8")
        assert sink.last() is None

    def test_a_witness_gets_each(self, tmp_path: Path, witness: tuple[str, list[bytes]]) -> None:
        url, got = witness
        with open_log(tmp_path, witness=url) as log:
            log.record(report(), turn())
            made = log.checkpoint()

        assert made is not None
        assert got[0].decode() == made.note

    def test_a_witness_that_fails_is_reported_and_hinders_nothing(self, tmp_path: Path) -> None:
        with (
            open_log(tmp_path, witness="http://127.0.0.1:9/") as log,
            capture_logs() as events,
        ):
            log.record(report(), turn())
            assert log.checkpoint() is not None

        assert "log_checkpoint_not_kept" in [one["event"] for one in events]

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/", "https://", "nowhere"])
    def test_only_an_address_of_the_web_is_a_witness(self, url: str) -> None:
        with pytest.raises(LogError, match="https"):
            HTTPSink(url)


class TestSecrets:
    def test_they_are_made_once_for_their_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "secrets.json"
        made = load_secrets(file, {})

        assert load_secrets(file, {}) == made
        assert file.stat().st_mode & 0o777 == 0o600
        assert len({made.kek, made.pepper, made.seed}) == 3
        assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]

    def test_a_file_that_others_may_read_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "secrets.json"
        load_secrets(file, {})
        os.chmod(file, 0o640)

        with pytest.raises(LogError, match="chmod 600"):
            load_secrets(file, {})

    def test_the_environment_comes_before_the_file(self, tmp_path: Path) -> None:
        key = base64.b64encode(b"k" * 32).decode()
        names = dict.fromkeys(("GUARD_LOG_KEK", "GUARD_LOG_PEPPER", "GUARD_LOG_SEED"), key)

        assert load_secrets(tmp_path / "none.json", names).kek == b"k" * 32
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(LogError, match="GUARD_LOG_KEK"):
            load_secrets(tmp_path / "none.json", names | {"GUARD_LOG_KEK": "short"})

    def test_they_are_not_shown(self, tmp_path: Path) -> None:
        made = load_secrets(tmp_path / "secrets.json", {})

        assert repr(made) == "Secrets()"
        assert "seed" not in repr(made.signer("x"))

    def test_a_log_whose_secrets_were_lost_does_not_go_on_with_others(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            log.record(report(), turn())
        (tmp_path / "log.secrets.json").unlink()

        with pytest.raises(LogError, match="the key that signs is not that of"):
            open_log(tmp_path)

    def test_a_log_that_is_gone_does_not_begin_again_unnoticed(self, tmp_path: Path) -> None:
        open_log(tmp_path).close()
        (tmp_path / "log.db").unlink()

        with pytest.raises(LogError, match="is gone"):
            open_log(tmp_path)

    def test_lost_keys_of_subjects_must_be_accepted(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            receipt = log.record(report(), turn(), subject="alice")
            assert receipt is not None
        (tmp_path / "log.keys.db").unlink()

        with pytest.raises(LogError, match="accept_key_loss"):
            open_log(tmp_path)
        with open_log(tmp_path, accept_key_loss=True) as log:
            assert log.reveal([receipt.event_id], by="bo", purpose="test") == {}
            again = log.record(report(), turn(), subject="alice")
            assert again is not None
            assert set(log.reveal([again.event_id], by="bo", purpose="test")) == {again.event_id}


@pytest.fixture
def witness() -> Iterator[tuple[str, list[bytes]]]:
    """A real server on loopback, and what it got."""
    got: list[bytes] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
