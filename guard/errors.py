"""Every error a user of this package can meet, one tree with one root.

No message ever holds text of the conversation: what is quoted is a field name, a position, a path
or a number.
"""

from __future__ import annotations


class GuardError(Exception):
    """Root of all errors raised on purpose by this package."""


class InputError(GuardError):
    """The caller's turn cannot be understood: wrong type, unknown role, a missing field.

    Met when calling `Guard.audit`, `Guard.check` or a `Turn` constructor, and for a row of a
    JSON Lines file.
    """


class BrokenLineError(InputError):
    """A line of a JSON Lines file holds no turn, and the audit was not told to keep going."""


class PackError(GuardError):
    """A rule pack is missing, is not valid YAML, or does not fit the pack schema."""


class SettingsFileError(GuardError):
    """A setting of the deployment is not valid, or its file cannot be read."""


class PolicyError(GuardError):
    """A session asks for less than the guard or the session around it does: a laxer mode, a longer
    deadline, a pack that changes rules of the guard's own. Sessions can only tighten.

    Met when opening `guard.session`; for packs, at the latest when a turn is checked within it.
    """


class EncoderError(GuardError):
    """An encoder could not be loaded: the model directory is incomplete or does not fit."""


class MissingExtraError(GuardError):
    """Something was asked for that needs an optional dependency; the message names the extra."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'emotion-signal-guard[{extra}]'")
        self.extra = extra


class ModelSetupError(GuardError):
    """A rewriter or judge with a language model cannot be set up: its address is not safe, or the
    environment variable of its key is not set."""


class UnauditedError(GuardError):
    """A wrapped client was asked for something that the guard can't audit, such as a websocket."""


class LogError(GuardError):
    """Something is wrong with the compliance log that trying again will not mend: its file was
    replaced, its keys are lost, it belongs to another log, or it was written by a newer version."""


class LogUnavailableError(LogError):
    """The compliance log could not be written or read just now: full disk, a lock, no connection.

    Met when a record is written with `on_error="raise"`, and by commands that read the log.
    """
