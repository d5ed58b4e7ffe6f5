"""Read YAML safely and within bounds, and remember where each value stands.

Aliases, duplicate keys, custom tags and deep nesting are refused before anything is built from the
text, so a hostile file costs little more than reading it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from guard.errors import PackError

MAX_BYTES = 4_000_000
MAX_DEPTH = 16
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A YAML document: its content, with tuples for lists, and where its parts stand."""

    content: Any
    root: yaml.Node

    def place(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of what stands at a path; with `key`, of its key. Of a part that
        is not there, of the nearest one around it."""
        node, mark = self.root, self.root.start_mark
        for nth, step in enumerate(path):
            inner = _inside(node, step)
            if inner is None:
                break
            at, node = inner
            last = nth == len(path) - 1
            mark = at.start_mark if key and last else node.start_mark
        return mark.line + 1, mark.column + 1


def _inside(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value of a step into a node."""
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if str(k.value) == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def parsed(raw: bytes, where: str) -> Parsed:
    """Parse YAML.

    Raises:
        PackError: not YAML, or not within bounds; says where.
    """
    try:
        loader = _Loader(raw)
        try:
            _check_events(raw, where)
            node = loader.get_single_node()
            if node is None:
                raise PackError(f"{where}: the file is empty")
            _check_keys(node, where)
            return Parsed(_tuples(loader.construct_document(node)), node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "nesting depth" in str(error) and mark is not None:  # PyYAML 6.0.4 counts as well
            raise PackError(f"{where}:{mark.line + 1}: nested deeper than {MAX_DEPTH}") from None
        raise PackError(f"{where}: not valid YAML{_place(error)}") from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PackError(f"{where}: not valid YAML ({type(error).__name__})") from None


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
