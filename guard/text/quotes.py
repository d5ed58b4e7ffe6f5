"""Which words are quoted, and so are not the speaker's own."""

from __future__ import annotations

import re

_MARK = re.compile("[\"\u201c\u201d]|(?<!\\w)['\u2018]|['\u2019](?!\\w)")


def is_quoted(text: str, start: int, at: int) -> bool:
    """Whether a quotation that opened since `start` is still open at an offset."""
    return len(_MARK.findall(text, start, at)) % 2 == 1


def has_quotation(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] holds a quotation mark."""
    return _MARK.search(text, start, end) is not None
