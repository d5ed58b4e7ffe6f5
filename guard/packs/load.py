"""Read a pack from YAML: safely, within bounds, with errors that say where.

Aliases, duplicate keys, custom tags and deep nesting are refused before anything is built from the
file, so a hostile pack costs little more than reading it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from guard.errors import PackError
from guard.packs.schema import Pack

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
MAX_BYTES = 4_000_000
MAX_DEPTH = 16
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Beside the package in a wheel; one level up in a source tree.
_RULES = (Path(__file__).parents[1] / "rules", Path(__file__).parents[2] / "rules")


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack, and the SHA-256 of the file it came from."""

    pack: Pack
    digest: str


def load_packs(names: Iterable[str | Path]) -> tuple[LoadedPack, ...]:
    """Load packs by name (one that ships) or by path, in order; each pack once.

    Raises:
        PackError: a pack is missing, is not valid, or two packs share an id.
    """
    loaded: dict[str, LoadedPack] = {}
    for file in dict.fromkeys(_file(name) for name in names):
        one = _load(file, file.stat().st_mtime_ns)
        if one.pack.id in loaded:
            raise PackError(f"{file}: a pack with the id {one.pack.id!r} is already loaded")
        loaded[one.pack.id] = one
    return tuple(loaded.values())


def shipped_packs() -> tuple[str, ...]:
    """Names of the packs that come with this package."""
    return tuple(sorted(file.stem for file in rules_directory().glob("*.yaml")))


def rules_directory() -> Path:
    """Where the packs that ship are."""
    return next((path for path in _RULES if path.is_dir()), _RULES[0])


def _file(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise PackError(f"there is no pack file {path}")
        return path.resolve()
    shipped = rules_directory() / f"{name}.yaml"
    if not _NAME.fullmatch(str(name)) or not shipped.is_file():
        known = ", ".join(shipped_packs())
        raise PackError(
            f"there is no pack named {name!r}; there are: {known}; or give a .yaml file"
        )
    return shipped.resolve()


@cache
def _load(file: Path, _changed: int) -> LoadedPack:
    try:
        if (size := file.stat().st_size) > MAX_BYTES:
            raise PackError(f"{file}: {size} bytes; a pack may have {MAX_BYTES}")
        raw = file.read_bytes()
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}") from None
    return LoadedPack(parse_pack(raw, str(file)), hashlib.sha256(raw).hexdigest())


def parse_pack(raw: bytes, where: str) -> Pack:
    """Parse and validate a pack.

    Raises:
        PackError: not YAML, not within bounds, or not fitting the schema; says where.
    """
    try:
        loader = _Loader(raw)
        try:
            _check_events(raw, where)
            node = loader.get_single_node()
            if node is None:
                raise PackError(f"{where}: the file is empty")
            _check_keys(node, where)
            content = loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "nesting depth" in str(error) and mark is not None:  # PyYAML 6.0.4 counts as well
            raise PackError(f"{where}:{mark.line + 1}: nested deeper than {MAX_DEPTH}") from None
        raise PackError(f"{where}: not valid YAML{_place(error)}") from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PackError(f"{where}: not valid YAML ({type(error).__name__})") from None
    try:
        return Pack.model_validate(_tuples(content))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'pack'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)[:5]
        )
        raise PackError(f"{where}: {faults}") from None


def _check_events(raw: bytes, where: str) -> None:
    depth = 0
    for event in yaml.parse(raw, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise PackError(f"{where}:{line}: aliases are not allowed in packs")
        if getattr(event, "tag", None) is not None:
            raise PackError(f"{where}:{line}: tags are not allowed in packs")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise PackError(f"{where}:{line}: nested deeper than {MAX_DEPTH}")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_keys(node: yaml.Node, where: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise PackError(
                    f"{where}:{key.start_mark.line + 1}: the key {name!r} is there twice"
                )
            seen.add(name)
            _check_keys(value, where)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, where)


def _tuples(value: object) -> object:
    """Lists become tuples, which is what strict validation of frozen values takes."""
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{where}: {problem}" if problem else where
