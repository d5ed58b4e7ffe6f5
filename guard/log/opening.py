"""Opening a log: its settings, checked and made whole, and the store and files that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from guard.log.evidence import Redact
from guard.log.keys import Secrets
from guard.log.part import Part
from guard.log.places import Places, not_vanished, open_store
from guard.log.record import TextMode
from guard.log.signing import FileSink, HTTPSink, Sink
from guard.log.writer import OnError

Keep = Literal["flagged", "all", "sampled"]
KEEPS: tuple[Keep, ...] = get_args(Keep)
TEXT_MODES: tuple[TextMode, ...] = get_args(TextMode)
ON_ERROR: tuple[OnError, ...] = get_args(OnError)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a log is opened; `Log.open` says what each setting means."""

    where: str | Path
    places: Places
    keep: Keep
    rate: float
    text: TextMode
    on_error: OnError
    redact: Redact | None
    context: int
    sinks: Sequence[Sink] = field(repr=False)
    accept_key_loss: bool
    two_person: bool
    deadline: float | None

    def part(self, own: Secrets) -> Part:
        """The log's part in this process.

        Raises:
            LogError: something is wrong with the log that needs somebody.
            LogUnavailableError: it cannot be opened just now.
        """
        store = open_store(self.where, create=True, accept_key_loss=self.accept_key_loss)
        try:
            return Part(store, own, self.places, self.sinks, self.on_error, self.deadline)
        except BaseException:
            store.close()
            raise


def opening(
    where: str | Path,
    *,
    keep: Keep,
    rate: float,
    text: TextMode,
    on_error: OnError,
    redact: Redact | None,
    context: int,
    checkpoints: str | Path | None,
    witness: str | None,
    files: str | Path | None,
    accept_key_loss: bool,
    two_person: bool,
    deadline: float | None,
) -> Opening:
    """The settings of a log, checked; the folder of its files is made.

    Raises:
        LogError: the log that was there is gone.
        ValueError: a setting is none that there is.
    """
    for name, value, known in (
        ("keep", keep, KEEPS),
        ("text", text, TEXT_MODES),
        ("on_error", on_error, ON_ERROR),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be between 0 and 1, not {rate}")
    # A process may change its directory later: the files stay where they were meant.
    where = where if "://" in str(where) else Path(where).absolute()
    places = Places.of(where, files and Path(files).absolute())
    not_vanished(where, places)
    places.stem.parent.mkdir(parents=True, exist_ok=True)
    anchored = FileSink((checkpoints and Path(checkpoints).absolute()) or places.checkpoints)
    return Opening(
        where=where,
        places=places,
        keep=keep,
        rate=rate,
        text=text,
        on_error=on_error,
        redact=redact,
        context=context,
        sinks=(anchored, HTTPSink(witness)) if witness else (anchored,),
        accept_key_loss=accept_key_loss,
        two_person=two_person,
        deadline=deadline,
    )
