"""Verify an export of the compliance log without trusting the package that wrote it.

    guard log export --out records.jsonl          (the operator)
    python verify_export.py records.jsonl checkpoints.txt audit.pub

One file to read in ten minutes; it needs Python and `cryptography`, nothing of `guard`. It checks
that record follows record, and that the tree over them has the root of every signed checkpoint.
It takes exports of whole logs, from the first record on. Exit codes: 0 intact, 1 not, 2 unreadable.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Tampered(Exception):
    """What is wrong, in words."""


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def bodies(file: Path) -> list[tuple[int, bytes]]:
    """Of each line the number and the very bytes of the record."""
    found = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            start = line.index('"record":') + len('"record":')
            _, end = json.JSONDecoder().raw_decode(line, start)
            found.append((json.loads(line)["seq"], line[start:end].encode()))
    return found


def chained(records: list[tuple[int, bytes]]) -> list[bytes]:
    """The leaf hashes, once every record follows the one before (RFC 6962: SHA-256 of 0 and it)."""
    leaves: list[bytes] = []
    before = bytes(32)
    for place, (seq, body) in enumerate(records):
        record = json.loads(body)
        if seq != place or record["seq"] != place:
            raise Tampered(f"record {place} is missing or not in its place")
        if record["prev"] != before.hex():
            raise Tampered(f"record {place} does not follow record {place - 1}")
        before = sha256(b"\0" + body)
        leaves.append(before)
    return leaves


def root(leaves: list[bytes]) -> bytes:
    """The root of the tree over these leaves (RFC 6962, section 2.1)."""
    if not leaves:
        return sha256(b"")
    peaks: list[tuple[int, bytes]] = []  # how many leaves are under it, and its hash
    for leaf in leaves:
        size, node = 1, leaf
        while peaks and peaks[-1][0] == size:
            node = sha256(b"\1" + peaks.pop()[1] + node)
            size *= 2
        peaks.append((size, node))
    node = peaks.pop()[1]
    while peaks:
        node = sha256(b"\1" + peaks.pop()[1] + node)
    return node


def key_of(text: str) -> tuple[str, Ed25519PublicKey]:
    """The log's name and the public key, written name+hash+base64."""
    name, _, encoded = text.strip().split("+", 2)
    return name, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])


def holds(key: str, signature: str, text: str) -> bool:
    try:
        key_of(key)[1].verify(base64.b64decode(signature), text.encode())
    except InvalidSignature:
        return False
    return True


def in_office(first: str, records: list[tuple[int, bytes]]) -> list[tuple[str, int]]:
    """The keys that signed, each after how many records: a new key counts if the one before has
    signed for it, in a record."""
    keys = [(first, 0)]
    for seq, body in records:
        record = json.loads(body)
        if record["kind"] == "key" and record["old"] == keys[-1][0]:
            said = f"guard.log key handover\n{record['old']}\n{record['new']}\n"
            if holds(record["old"], record["signature"], said):
                keys.append((record["new"], seq))
    return keys


def signed(note: str, keys: list[tuple[str, int]]) -> tuple[int, bytes]:
    """Size and root of a checkpoint, once the signature of the key then in office holds."""
    text, _, signature = note.strip("\n").partition("\n\n")
    dash, signer, encoded = signature.split(" ")
    origin, size, encoded_root = text.split("\n")[:3]
    key = [key for key, after in keys if after < int(size)][-1] if int(size) else keys[0][0]
    # Four bytes of the key's hash stand before the signature.
    stripped = base64.b64encode(base64.b64decode(encoded)[4:]).decode()
    if not holds(key, stripped, f"{text}\n"):
        raise Tampered(f"the checkpoint of {size} is not signed by the key that was in office")
    if dash != "\u2014" or not signer == origin == key_of(key)[0]:
        raise Tampered(f"the checkpoint of {size} belongs to another log")
    return int(size), base64.b64decode(encoded_root)


def verify(records: Path, checkpoints: Path, public: Path) -> str:
    """What was verified; raises Tampered if something is wrong."""
    told = bodies(records)
    leaves = chained(told)
    keys = in_office(public.read_text("utf-8").strip(), told)
    parts = checkpoints.read_text("utf-8").strip("\n").split("\n\n")
    notes = [f"{text}\n\n{line}" for text, line in zip(parts[::2], parts[1::2], strict=True)]
    covered = 0
    for note in notes:
        size, expected = signed(note, keys)
        if size > len(leaves):
            raise Tampered(f"a checkpoint says {size} records, and there are {len(leaves)}")
        if root(leaves[:size]) != expected:
            raise Tampered(f"the first {size} records are not those that were signed")
        covered = max(covered, size)
    return f"intact: {len(leaves)} records, {covered} of them signed, {len(notes)} checkpoints"


if __name__ == "__main__":
    try:
        print(verify(*(Path(argument) for argument in sys.argv[1:4])))
    except Tampered as error:
        print(f"TAMPERED: {error}")
        sys.exit(1)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be read ({type(error).__name__}): {__doc__}", file=sys.stderr)
        sys.exit(2)
