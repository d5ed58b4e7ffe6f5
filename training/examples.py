"""Examples: texts as the network meets them, token ids with labels; NaN is a label not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from guard.models.labels import DRAFT_SENTENCE, DRAFT_TEXT, MESSAGE_SENTENCE, MESSAGE_TEXT
from guard.models.reader import DIRECTORY
from guard.models.segments import (
    LONGEST,
    Window,
    belief_window,
    context_window,
    load_tokenizer,
    pieces,
    windows,
)
from guard.report import StanceName
from guard.text.document import Documents
from guard.turn import Message
from training.rows import Draft, Written

if TYPE_CHECKING:
    from guard.text.document import Side

Floats = NDArray[np.float32]
_TEXT = {"user": MESSAGE_TEXT, "draft": DRAFT_TEXT}
_SENTENCE = {"user": MESSAGE_SENTENCE, "draft": DRAFT_SENTENCE}


@dataclass(frozen=True, slots=True)
class Text:
    """One message or draft: its first window, and labels of the text and of each sentence."""

    window: Window
    sentences: tuple[str, ...]
    of_text: Floats
    of_sentence: Floats


EMPTY = Text(Window((101, 102), (0, 0)), (), np.zeros(0, np.float32), np.zeros((0, 0), np.float32))


@dataclass(frozen=True, slots=True)
class Example:
    """A message with its drafts. `pairs`: label, draft where it holds, draft where it does not;
    `told`: the labels hold only if the belief is given."""

    source: str
    group: str
    message: Text
    drafts: tuple[Text, ...] = ()
    context: tuple[int, ...] = ()
    belief: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int, int], ...] = ()
    weight: float = 1.0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by name for a text, and for stretches of it (start, end, labels)."""

    of_text: Mapping[str, float] = field(default_factory=dict)
    stretches: Sequence[tuple[int, int, Mapping[str, float]]] = ()
    elsewhere: float = np.nan  # of a sentence label where no stretch has it


class Maker:
    """Makes examples, with the tokenizer and the sentence splitter of the run time."""

    def __init__(self) -> None:
        self._tokenizer = load_tokenizer(DIRECTORY)
        self._documents = Documents({"user": [], "draft": []})

    def text(self, text: str, side: Side, labels: Labels, longest: int = LONGEST) -> Text:
        """A text with its labels; of its tokens no more than `longest` are kept."""
        document = self._documents.read(text, side)
        sentences = [one.text for one in document.sentences]
        cut = windows(pieces(self._tokenizer, sentences), longest)
        names = _SENTENCE[side]
        of_sentence = np.full((len(sentences), len(names)), labels.elsewhere, np.float32)
        for start, end, given in labels.stretches:
            for row, sentence in zip(of_sentence, document.sentences, strict=True):
                shared = min(end, sentence.end) - max(start, sentence.start)
                if shared > 0.3 * min(end - start, sentence.end - sentence.start):
                    for name, value in given.items():
                        at = names.index(name)
                        row[at] = value if np.isnan(row[at]) else max(row[at], value)
        return Text(
            cut[0] if cut else Window((101, 102), (0, 0)),
            tuple(sentences),
            _row(_TEXT[side], labels.of_text),
            of_sentence,
        )

    def context(self, said: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        messages = [Message(role=role, content=text) for role, text in said]  # type: ignore[arg-type]
        return context_window(self._tokenizer, messages)

    def belief(self, said: str) -> tuple[int, ...]:
        return belief_window(self._tokenizer, [said] if said else [])

    def own(self, row: Written) -> Example:
        """An example of the project's own text."""
        return Example(
            source="own",
            group=row.id,
            message=self.text(row.user, "user", _message_labels(row)),
            drafts=tuple(self.text(d.text, "draft", _draft_labels(row, d)) for d in row.drafts),
            context=self.context((said.role, said.content) for said in row.context),
            belief=self.belief(row.belief.span) if row.belief and row.belief.false else (),
            pairs=tuple(_pairs(row.drafts)),
        )


def beside_the_point(example: Example, belief: tuple[int, ...]) -> Example:
    """The same drafts, asked of a belief that they have nothing to do with: they are silent on it,
    and that is all that is known."""
    silent = {f"stance.{name}": float(name == "silent") for name in get_args(StanceName)}
    return replace(
        example,
        source="another belief",
        message=_unlabelled(example.message),
        drafts=tuple(
            replace(_unlabelled(draft), of_text=_row(DRAFT_TEXT, silent))
            for draft in example.drafts
        ),
        belief=belief,
        pairs=(),
        told=True,
    )


def _unlabelled(text: Text) -> Text:
    nothing = np.full_like(text.of_text, np.nan), np.full_like(text.of_sentence, np.nan)
    return replace(text, of_text=nothing[0], of_sentence=nothing[1])


def _row(names: Sequence[str], given: Mapping[str, float]) -> Floats:
    unknown = set(given) - set(names)
    if unknown:
        raise KeyError(f"no such labels: {', '.join(sorted(unknown))}")
    return np.array([given.get(name, np.nan) for name in names], np.float32)


def _message_labels(row: Written) -> Labels:
    of_text = dict.fromkeys(MESSAGE_TEXT, 0.0)
    of_text |= {f"function.{name}": 1.0 for name in row.functions}
    of_text |= {f"emotion.{name}": 1.0 for name in row.emotions}
    of_text |= {f"intensity.{n}": float(row.intensity >= n) for n in (1, 2, 3)}
    for name in ("self", "other", "norm"):
        of_text[f"primary.{name}"] = float(row.primary == name) if row.functions else np.nan
    if row.belief:
        of_text[f"belief.{row.belief.type}"] = 1.0
        of_text["belief.false"] = float(row.belief.false)
    of_text["risk.possible"] = float(row.risk != "none")
    of_text["risk.acute"] = float(row.risk == "acute")
    found: list[tuple[str, dict[str, float]]] = [
        (span, {f"function.{name}": 1.0}) for name, span in row.functions.items()
    ]
    if row.belief:
        claimed = {f"belief.{row.belief.type}": 1.0, "belief.false": float(row.belief.false)}
        found.append((row.belief.span, claimed))
    places = [(row.user.index(span), len(span), labels) for span, labels in found]
    return Labels(of_text, [(at, at + size, labels) for at, size, labels in places], 0.0)


def _draft_labels(row: Written, draft: Draft) -> Labels:
    of_text: dict[str, float] = {
        name: float(getattr(draft, name))
        for name in (
            "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
            "attachment", "flag",
        )
    }  # fmt: skip
    if draft.risk_handled != "na":
        of_text["risk_handled"] = float(draft.risk_handled == "yes")
    of_text |= {f"kept.{name}": float(name in draft.kept) for name in row.functions}
    if draft.stance != "na":
        of_text |= {f"stance.{name}": float(draft.stance == name) for name in get_args(StanceName)}
    stretches = []
    at = len("".join(s.text for s in draft.sentences)) - len(
        "".join(s.text for s in draft.sentences).lstrip()
    )
    at = -at
    for sentence in draft.sentences:
        end = at + len(sentence.text)
        given = {f"act.{act}": 1.0 for act in sentence.acts}
        stretches.append((max(at, 0), max(end, 0), given))
        at = end
    return Labels(of_text, stretches, 0.0)


def _pairs(drafts: Sequence[Draft]) -> Iterable[tuple[int, int, int]]:
    """Siblings that differ on purpose. `kept` stands for each function of the message."""
    for i, one in enumerate(drafts):
        for j, other in enumerate(drafts):
            for label in sorted(set(one.contrast) & set(other.contrast)):
                for name, has, lacks in _values(label, one, other):
                    if has and not lacks:
                        yield DRAFT_TEXT.index(name), i, j


def _values(label: str, one: Draft, other: Draft) -> Iterable[tuple[str, bool, bool]]:
    if label == "kept":
        for name in sorted({*one.kept, *other.kept}):
            yield f"kept.{name}", name in one.kept, name in other.kept
    elif label == "risk_handled":
        yield label, one.risk_handled == "yes", other.risk_handled == "yes"
    else:
        yield label, bool(getattr(one, label)), bool(getattr(other, label))
