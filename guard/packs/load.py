"""Packs from their files: parsed, validated, joined with what they extend, changed as asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from guard.errors import PackError
from guard.packs.faults import faults_of
from guard.packs.schema import Override, Pack, Rule
from guard.packs.sources import files_of
from guard.packs.yamls import MAX_BYTES, parsed

MAX_EXTENDS = 8
_KEPT = 64  # parsed files that are remembered


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack, the SHA-256 of the file it came from, and that file."""

    pack: Pack
    digest: str
    file: Path


def load_packs(
    names: Iterable[str | Path], overrides: Mapping[str, Override] | None = None
) -> tuple[LoadedPack, ...]:
    """Load packs by name (one that ships or is installed), by file or by folder, in order; what a
    pack extends comes before it; each pack once.

    Args:
        names: which packs.
        overrides: by rule id, what the deployment changes, after what the packs themselves do.

    Raises:
        PackError: a pack is missing, is not valid, extends itself, two packs or rules share an id,
            or an override names no rule.
    """
    loaded: dict[str, LoadedPack] = {}
    for name in names:
        for file in files_of(name):
            _gather(file, loaded, ())
    _unique_rules(loaded.values())
    packs = tuple(loaded.values())
    for one in packs:
        packs = _changed(packs, one.pack.overrides, str(one.file))
    return _changed(packs, overrides or {}, "overrides")


def _gather(file: Path, loaded: dict[str, LoadedPack], trail: tuple[Path, ...]) -> None:
    if file in trail:
        names = " extends ".join(path.name for path in (*trail, file))
        raise PackError(f"{file}: a pack must not extend itself: {names}")
    if len(trail) >= MAX_EXTENDS:
        raise PackError(f"{file}: packs may extend one another {MAX_EXTENDS} deep")
    if any(one.file == file for one in loaded.values()):
        return
    one = _load(file, _stamp(file))
    for name in one.pack.extends:
        try:
            files = files_of(name, beside=file)
        except PackError as error:
            raise PackError(f"{file}: extends: {error}") from None
        for other in files:
            _gather(other, loaded, (*trail, file))
    if one.pack.id in loaded:
        raise PackError(
            f"{file}: a pack with the id {one.pack.id!r} is already loaded, from "
            f"{loaded[one.pack.id].file}"
        )
    loaded[one.pack.id] = one


def _unique_rules(packs: Iterable[LoadedPack]) -> None:
    owner: dict[str, str] = {}
    for one in packs:
        for rule in one.pack.rules:
            if rule.id in owner:
                raise PackError(
                    f"{one.file}: the rule {rule.id!r} is already in the pack {owner[rule.id]!r}"
                )
            owner[rule.id] = one.pack.id


def _changed(
    packs: tuple[LoadedPack, ...], overrides: Mapping[str, Override], where: str
) -> tuple[LoadedPack, ...]:
    known = {rule.id for one in packs for rule in one.pack.rules}
    if strangers := sorted(set(overrides) - known):
        raise PackError(f"{where}: there is no rule {', '.join(strangers)} to override")
    if not overrides:
        return packs
    return tuple(
        replace(
            one,
            pack=one.pack.model_copy(
                update={
                    "rules": tuple(
                        _overridden(rule, overrides[rule.id], where)
                        if rule.id in overrides
                        else rule
                        for rule in one.pack.rules
                        if rule.id not in overrides or overrides[rule.id].enabled
                    )
                }
            ),
        )
        for one in packs
    )


def _overridden(rule: Rule, change: Override, where: str) -> Rule:
    if change.at_least is not None and rule.at_least is None:
        raise PackError(f"{where}: {rule.id} has no threshold to override")
    update = {
        name: value
        for name in ("at_least", "severity", "action")
        if (value := getattr(change, name)) is not None
    }
    return rule.model_copy(update=update)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}") from None
    return found.st_mtime_ns, found.st_size


@lru_cache(_KEPT)
def _load(file: Path, stamp: tuple[int, int]) -> LoadedPack:
    if stamp[1] > MAX_BYTES:
        raise PackError(f"{file}: {stamp[1]} bytes; a pack may have {MAX_BYTES}")
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise PackError(f"{file}: more than {MAX_BYTES} bytes")
    return LoadedPack(parse_pack(raw, str(file)), hashlib.sha256(raw).hexdigest(), file)


def parse_pack(raw: bytes, where: str) -> Pack:
    """Parse and validate a pack.

    Raises:
        PackError: not YAML, not within bounds, or not fitting the schema; says where.
    """
    document = parsed(raw, where)
    try:
        return Pack.model_validate(document.content)
    except ValidationError as error:
        raise PackError(faults_of(error, Pack, document, where)) from None
