"""A draft with some sentences taken out and others put in. Pure.

What stays is verbatim and in order, line breaks between paragraphs too.
"""

from __future__ import annotations

from collections.abc import Collection

from guard.text.document import Document

_BLOCK = ("- ", "* ", "+ ", "#", "```", "1.", "1)", "> ", "|")


def spliced(document: Document, out: Collection[int], put: str, at: int, last: str | None) -> str:
    """The draft without some of its sentences, and with others.

    Args:
        document: the draft.
        out: indices of sentences that go.
        put: what is put in before sentence `at`; empty for nothing.
        at: an index, or the number of sentences for the end.
        last: what is said after everything else.
    """
    text, gap, end = "", "", 0
    for i, sentence in enumerate(document.sentences):
        space = document.text[end : sentence.start]
        end = sentence.end
        if i == at and put:
            text = beside(text, put, _wider(gap, space))
            gap = ""
        if i in out:
            # What stands between sentences and is no space is nobody's sentence: it stays.
            text, gap = (text + space, "") if space.strip() else (text, _wider(gap, space))
            continue
        said = document.text[sentence.start : sentence.end]
        before = _wider(gap, space)
        if i == at and put:
            before = before if "\n" in before or not _is_block(said) else "\n\n"
            text = f"{text.rstrip()}{before or ' '}{said}"
        else:
            text = f"{text}{before if text else space.lstrip()}{said}"
        gap = ""
    if put and at >= len(document.sentences):
        text = beside(text, put, "")
    rest = document.text[end:]
    text = f"{text}{rest}".strip()
    return beside(text, last, "\n\n" if _is_block(text) else "") if last else text


def beside(left: str, right: str, gap: str) -> str:
    """Two texts, one after the other; the first is ended if it has no end mark."""
    if not left.strip():
        return right
    ended = left.rstrip()
    broken = "\n" in gap or _is_block(left)
    ended = f"{ended}." if ended[-1].isalnum() and not _is_block(left) else ended
    return f"{ended}{gap if chr(10) in gap else chr(10) * 2 if broken else ' '}{right}"


def _wider(one: str, other: str) -> str:
    return max(one, other, key=lambda space: (space.count("\n"), len(space)))


def _is_block(text: str) -> bool:
    """Whether the last line of a text is an item of a list, a heading, a quotation or code."""
    return text.strip().rsplit("\n", 1)[-1].lstrip().startswith(_BLOCK)
