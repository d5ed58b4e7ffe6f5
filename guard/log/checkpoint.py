"""Signed checkpoints: the size and root of the log, in the note form of C2SP tlog-checkpoint.

    guard.log/5f3a…          the origin
    256                      how many records
    4Zt…=                    the root of the tree, base64
    previous 128             the size of the checkpoint before
    time 2026-11-28T…Z

    — guard.log/5f3a… Az3q…  the signer and an Ed25519 signature

Who checks one gives the public key, from their own settings: never from the log.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from guard.errors import LogError, MissingExtraError
from guard.log.store import Checkpoint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_ED25519 = b"\x01"
_DASH = "\u2014"
LONGEST = 10_000  # characters of a note


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and its name, in text `name+hash+base64`, as C2SP signed notes write it."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.hash.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a public key.

        Raises:
            LogError: the text is no public key of this form.
        """
        try:
            name, hash_, key = text.strip().split("+", 2)
            raw = base64.b64decode(key, validate=True)
        except (ValueError, binascii.Error):
            raise LogError("a public key is written name+hash+base64") from None
        made = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(raw) != 33 or made.hash.hex() != hash_:
            raise LogError(f"the public key {name} is damaged or of another kind than Ed25519")
        return made

    def verifies(self, signature: bytes, text: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            self._key().verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def _key(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(self.public)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, by its seed, and its name."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        return self._key().sign(text)

    def _key(self) -> Ed25519PrivateKey:
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        except ModuleNotFoundError:
            raise MissingExtraError("the compliance log", "log") from None
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a note says, once its signature was checked, and who signed it."""

    origin: str
    size: int
    root: bytes
    previous: int
    time: str
    signer: str


def signed(
    signer: Signer, origin: str, size: int, root: bytes, previous: int, time: str
) -> Checkpoint:
    """Sign a checkpoint."""
    encoded = base64.b64encode(root).decode()
    text = f"{origin}\n{size}\n{encoded}\nprevious {previous}\ntime {time}\n"
    signature = signer.verifier.hash + signer.sign(text.encode())
    line = f"{_DASH} {signer.name} {base64.b64encode(signature).decode()}\n"
    return Checkpoint(size, root, previous, f"{text}\n{line}")


def opened(note: str, keys: Iterable[Verifier]) -> Opened:
    """Check the signature of a note, and read it.

    Raises:
        LogError: it is no such note, or none of the keys has signed it.
    """
    if len(note) > LONGEST or "\n\n" not in note:
        raise LogError("this is no signed checkpoint")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    signer = _signer(text, signatures, tuple(keys))
    lines = text.splitlines()
    extra = dict(line.partition(" ")[::2] for line in lines[3:])
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
        if len(root) != 32 or not origin or str(int(size)) != size or int(size) < 0:
            raise ValueError
        return Opened(
            origin, int(size), root, int(extra["previous"]), extra.get("time", ""), signer
        )
    except (IndexError, KeyError, ValueError):
        raise LogError("the checkpoint is signed, but not of a form that is known here") from None


def _signer(text: str, signatures: str, keys: tuple[Verifier, ...]) -> str:
    """Who signed the text; lines of signers that are not known are passed over."""
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            continue
        for key in keys:
            known = dash == _DASH and key.name == name and raw[:4] == key.hash
            if known and key.verifies(raw[4:], text.encode()):
                return str(key)
    raise LogError("no key that is trusted here has signed this checkpoint")
