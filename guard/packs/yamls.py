"""Read YAML safely and within bounds, and find where each value stands.

One pass over the parser's events checks and builds at once: aliases, duplicate keys, custom tags
and deep nesting are refused as they come, so a hostile file costs little more than reading it.
Places are looked up only when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from guard.errors import PackError

MAX_BYTES = 4_000_000
MAX_DEPTH = 16
MAX_VALUES = 200_000
# The parser in C is ten times as fast; PyYAML has it on every platform that it has wheels for.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_SCALARS: dict[str, Callable[[Any, yaml.Node], Any]] = {
    f"{_TAG}{kind}": SafeConstructor.yaml_constructors[f"{_TAG}{kind}"]
    for kind in ("bool", "int", "float", "null", "timestamp")
}
# What may be meant by a word without quotes, by its first character.
_READ_AS = {
    first: [(pattern, _SCALARS[tag]) for tag, pattern in listed if tag in _SCALARS]
    for first, listed in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_CONSTRUCTOR = SafeConstructor()
_STARTS: dict[type, Callable[[], Any]] = {
    yaml.MappingStartEvent: dict,
    yaml.SequenceStartEvent: list,
}
_ENDS = frozenset({yaml.MappingEndEvent, yaml.SequenceEndEvent})
_NO_VALUE = frozenset({yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent})


@dataclass(frozen=True)
class Parsed:
    """A YAML document that was parsed: its content, with tuples for lists, and its bytes."""

    content: Any
    raw: bytes

    def place(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of what stands at a path; with `key`, of its key. Of a part that
        is not there, of the nearest one around it."""
        node, mark = self._root, self._root.start_mark
        for nth, step in enumerate(path):
            inner = _inside(node, step)
            if inner is None:
                break
            at, node = inner
            last = nth == len(path) - 1
            mark = at.start_mark if key and last else node.start_mark
        return mark.line + 1, mark.column + 1

    def value(self, path: Sequence[str | int]) -> Any:
        """What stands at a path; None if nothing does."""
        value = self.content
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def written(self, path: Sequence[str | int]) -> str | None:
        """The scalar at a path as it is written in the file; None if there is none."""
        node = self._root
        for step in path:
            inner = _inside(node, step)
            if inner is None:
                return None
            node = inner[1]
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None

    @cached_property
    def _root(self) -> Any:
        return yaml.compose(self.raw, Loader=_Loader)


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
            return Parsed(_content(loader.get_event, where), raw)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "nesting depth" in str(error) and mark is not None:  # PyYAML 6.0.4 counts as well
            raise PackError(f"{where}:{mark.line + 1}: nested deeper than {MAX_DEPTH}") from None
        raise PackError(f"{where}: not valid YAML{_place(error)}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise PackError(f"{where}: not valid YAML ({type(error).__name__})") from None


def _content(next_event: Callable[[], Any], where: str) -> Any:
    """What the events of one document make."""
    whole: list[Any] = []
    opened: list[Any] = [whole]  # the lists and mappings around the next value, the innermost last
    keys: list[str | None] = [None]  # of each of them, the key whose value comes next
    values = 0
    while type(event := next_event()) is not yaml.StreamEndEvent:
        kind, inner, key = type(event), opened[-1], keys[-1]
        if kind in _NO_VALUE:
            if kind is yaml.DocumentStartEvent and whole:
                raise _not_valid(event, "a second document")
            continue
        if kind is yaml.AliasEvent:
            raise _refused(event, where, "aliases are not allowed in packs")
        if kind not in _ENDS and event.tag is not None:
            raise _refused(event, where, "tags are not allowed in packs")
        if key is None and type(inner) is dict and kind not in _ENDS:
            if kind is not yaml.ScalarEvent:
                raise _not_valid(event, "a key must be a word")
            if event.value in inner:
                raise _refused(event, where, f"the key {event.value!r} is there twice")
            keys[-1] = event.value
            continue
        if kind in _STARTS:
            opened.append(_STARTS[kind]())
            keys.append(None)
            if len(opened) - 1 > MAX_DEPTH:
                raise _refused(event, where, f"nested deeper than {MAX_DEPTH}")
            continue
        if kind is yaml.ScalarEvent:
            value = _scalar(event) if event.implicit[0] else event.value
        else:
            opened.pop()
            keys.pop()
            # A tuple is what strict validation of frozen values takes.
            value = tuple(inner) if type(inner) is list else inner
            inner, key = opened[-1], keys[-1]
        values += 1
        if values > MAX_VALUES:
            raise _refused(event, where, f"more than {MAX_VALUES} values")
        if key is None:
            inner.append(value)
        else:
            inner[key], keys[-1] = value, None
    if not whole:
        raise PackError(f"{where}: the file is empty")
    return whole[0]


def _scalar(event: yaml.ScalarEvent) -> Any:
    """A word without quotes: text, unless it reads as a number, a date, yes or no, or nothing."""
    text: str = event.value
    for pattern, construct in _READ_AS.get(text[:1], ()):
        if pattern.match(text):
            try:
                return construct(_CONSTRUCTOR, yaml.ScalarNode("", text))
            except ValueError:  # a 32nd of March, a number of ten thousand digits
                problem = "neither a number nor a date; put it in quotes"
                raise _not_valid(event, problem) from None
    return text


def _refused(event: Any, where: str, why: str) -> PackError:
    return PackError(f"{where}:{event.start_mark.line + 1}: {why}")


def _not_valid(event: Any, why: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{where}: {problem}" if problem else where
