"""Secret keys: those of the deployment, and one per subject, so that a subject can be erased.

The deployment has three: `kek` wraps the subjects' keys, `pepper` makes pseudonyms, `seed` signs
checkpoints. Subjects' keys are random, never derived: what can be derived again cannot be
destroyed. Nothing here is stored except wrapped.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.errors import LogError, LogUnavailableError, MissingExtraError
from guard.log.checkpoint import Signer
from guard.log.store import Payload, SubjectKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIZE = 32
NONCE = 12
MOST_USES = 2**20
"""Random nonces of 96 bits allow 2**32 messages a key; a key is changed long before."""
REMEMBERED = 4096
_NAMES = ("kek", "pepper", "seed")
_ENVIRONMENT = {name: f"GUARD_LOG_{name.upper()}" for name in _NAMES}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys of the deployment, 32 bytes each; `next` is a signing key on its way into office."""

    kek: bytes = field(repr=False)
    pepper: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    next: bytes | None = field(default=None, repr=False)

    def pseudonym(self, name: str, what: str = "subject") -> str:
        """A keyed hash: the same for the same name, and not to be guessed without the pepper."""
        return hmac.digest(self.pepper, f"{what}\0{name}".encode(), "sha256").hex()

    def signer(self, name: str) -> Signer:
        return Signer(name, self.seed)


def load_secrets(file: Path, environment: Mapping[str, str] | None = None) -> Secrets:
    """The keys of the deployment: from `GUARD_LOG_KEK`, `GUARD_LOG_PEPPER` and `GUARD_LOG_SEED`
    (base64, 32 bytes), else from the file, which is made, for its owner only, if it is not there.

    Raises:
        LogError: the file is readable by others, or a key is missing or no key.
    """
    given = os.environ if environment is None else environment
    found = {
        name: _key(given[variable], variable)
        for name, variable in _ENVIRONMENT.items()
        if given.get(variable)
    }
    if len(found) < len(_NAMES):
        kept = _kept(file)
        names = (*_NAMES, "next") if kept.get("next") else _NAMES
        found = {name: _key(kept.get(name), f"{file}: {name}") for name in names} | found
    return Secrets(**found)


def change_seed(file: Path, **seeds: bytes | None) -> None:
    """Change the signing key in the file (`seed`), or the one that will follow it (`next`), whole
    or not at all.

    Raises:
        LogError: the key comes from the environment, or the file cannot be read.
    """
    if os.environ.get(_ENVIRONMENT["seed"]):
        raise LogError("the signing key comes from GUARD_LOG_SEED: it cannot be changed here")
    new = {name: base64.b64encode(seed).decode() if seed else None for name, seed in seeds.items()}
    _draft(file, _kept(file) | new).replace(file)


def _kept(file: Path) -> dict[str, Any]:
    try:
        if not file.exists():
            _make(file)
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise LogError(f"{file} holds the log's keys and others may read it: chmod 600 it")
        kept = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LogError(f"{file} cannot be read ({type(error).__name__})") from None
    if not isinstance(kept, dict):
        raise LogError(f"{file} holds no keys")
    return kept


def _make(file: Path) -> None:
    """Write new keys, whole or not at all, and never over old ones."""
    draft = _draft(
        file, {name: base64.b64encode(secrets.token_bytes(SIZE)).decode() for name in _NAMES}
    )
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first, and its keys hold
    finally:
        draft.unlink()


def _draft(file: Path, kept: dict[str, Any]) -> Path:
    """The keys in a new file beside the one that is meant, for the owner only, and durable."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        json.dump(kept, out)
        out.flush()
        os.fsync(out.fileno())
    return draft


def _key(value: object, where: str) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != SIZE:
        raise LogError(f"{where} must be {SIZE} bytes in base64")
    return raw


def _cipher(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError:
        raise MissingExtraError("the compliance log", "log") from None
    return AESGCM(key)


@dataclass(slots=True)
class _Held:
    """A key in use. `row` goes along with each record until the store is known to have it."""

    row: SubjectKey
    cipher: AESGCM
    uses: int = 0
    stored: bool = False


class SubjectKeys:
    """The subjects' keys in use in this process.

    Args:
        secrets: the keys of the deployment.
        stored: gives the keys that the store has for a tag.
        now: gives the time, as records write it.
    """

    def __init__(
        self,
        secrets: Secrets,
        stored: Callable[[str], list[SubjectKey]],
        now: Callable[[], str],
    ) -> None:
        self._secrets = secrets
        self._stored = stored
        self._now = now
        self._held: OrderedDict[str | None, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def encrypt(
        self, tag: str | None, plain: bytes, event_id: str, kind: str, origin: str
    ) -> tuple[Payload, SubjectKey | None]:
        """Encrypt texts with the key for a tag (None: the key of this process, for those of nobody
        in particular); also a new key, if the store may not have it yet."""
        with self._lock:
            held = self._for(tag)
            held.uses += 1
        key_id = held.row.key_id
        nonce = secrets.token_bytes(NONCE)
        ct = held.cipher.encrypt(nonce, plain, bound(origin, event_id, key_id, kind))
        return Payload(key_id, nonce, ct), None if held.stored else held.row

    def keep(self, key_id: str) -> None:
        """The store has this key now."""
        with self._lock:
            for held in self._held.values():
                if held.row.key_id == key_id:
                    held.stored = True
                    return

    def drop(self, key_id: str) -> None:
        """Use this key no more: it was destroyed."""
        with self._lock:
            for tag, held in self._held.items():
                if held.row.key_id == key_id:
                    del self._held[tag]
                    return

    def forget(self, tag: str) -> None:
        """Use the key for this tag no more: it was destroyed."""
        with self._lock:
            self._held.pop(tag, None)

    def _for(self, tag: str | None) -> _Held:
        held = self._held.get(tag)
        if held is None or held.uses >= MOST_USES:
            held = self._known(tag) if held is None and tag is not None else None
            held = held or self._made(tag)
            self._held[tag] = held
            if len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        self._held.move_to_end(tag)
        return held

    def _known(self, tag: str) -> _Held | None:
        try:
            known = [row for row in self._stored(tag) if row.wrapped is not None]
        except LogUnavailableError:
            return None  # a subject may have several keys
        if not known:
            return None
        key = unwrap(self._secrets, known[-1])
        return _Held(known[-1], _cipher(key), stored=True)

    def _made(self, tag: str | None) -> _Held:
        key, key_id = secrets.token_bytes(SIZE), secrets.token_hex(16)
        row = SubjectKey(key_id, tag, wrap(self._secrets, key, key_id), self._now())
        return _Held(row, _cipher(key))


def wrap(own: Secrets, key: bytes, key_id: str) -> bytes:
    """A subject's key, encrypted with that of the deployment."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(own.kek).encrypt(nonce, key, key_id.encode())


def unwrap(own: Secrets, row: SubjectKey) -> bytes:
    """A subject's key again.

    Raises:
        LogError: it was destroyed, it was altered, or this is not the key that wrapped it.
    """
    if row.wrapped is None:
        raise LogError(f"the key {row.key_id} was destroyed")
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(own.kek).decrypt(
            row.wrapped[:NONCE], row.wrapped[NONCE:], row.key_id.encode()
        )
    except (InvalidTag, ValueError):
        raise LogError(
            f"the key {row.key_id} does not open with this deployment's kek, or was altered"
        ) from None


def decrypt(
    own: Secrets, row: SubjectKey, payload: Payload, event_id: str, kind: str, origin: str
) -> bytes:
    """What a payload holds.

    Raises:
        LogError: the key is gone, or the payload was altered or belongs to another record.
    """
    from cryptography.exceptions import InvalidTag

    key = unwrap(own, row)
    try:
        return _cipher(key).decrypt(
            payload.nonce, payload.ct, bound(origin, event_id, row.key_id, kind)
        )
    except (InvalidTag, ValueError):
        raise LogError(f"the texts of record {event_id} were altered or moved") from None


def bound(origin: str, event_id: str, key_id: str, kind: str) -> bytes:
    """What a ciphertext is bound to, so that it cannot stand in for another."""
    return "\0".join((origin, event_id, key_id, kind)).encode()
