"""Tokenizer: spaCy's for English, as quick to make as can be. What it makes of a text is what
`spacy.blank("en")` makes of it; only features of words that nobody asks for are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

_NEEDED = ("LOWER", "NORM", "IS_SPACE")


def tokenizer(features: Collection[str] = ()) -> Any:
    """A spaCy tokenizer with a vocabulary of its own.

    spaCy works out some twenty features of each new word, `SHAPE` and `LIKE_URL` among them, which
    took a third of the time that packs need to load. `spacy.blank` also imports every plug-in that
    is installed; presidio's brings torch with it, and four seconds.

    Args:
        features: what token patterns ask about a word, beside `LOWER` and `NORM`.
    """
    from spacy import attrs, util
    from spacy.lang.en import English
    from spacy.tokenizer import Tokenizer
    from spacy.vocab import create_vocab

    defaults = English.Defaults
    vocab: Any = create_vocab("en", defaults)
    asked = {attrs.IDS.get(name) for name in (*_NEEDED, *features)}
    vocab.lex_attr_getters = {
        feature: getter for feature, getter in vocab.lex_attr_getters.items() if feature in asked
    }
    return Tokenizer(
        vocab,
        rules=defaults.tokenizer_exceptions,
        prefix_search=util.compile_prefix_regex(defaults.prefixes).search,
        suffix_search=util.compile_suffix_regex(defaults.suffixes).search,
        infix_finditer=util.compile_infix_regex(defaults.infixes).finditer,
        token_match=defaults.token_match,
        url_match=defaults.url_match,
    )


def norms_of(phrases: Iterable[str], tokenize: Any) -> dict[str, tuple[int, ...]]:
    """For each phrase the `NORM` of its words, as keys of the vocabulary.

    All are read as the lines of one text: a document for each of some thousand would take twice as
    long. spaCy remembers no words of a text after a contraction in it, so plain words go first.
    """
    unique = dict.fromkeys(phrases)
    words = {word for phrase in unique for word in phrase.split()}
    tokenize(" ".join(sorted(word for word in words.difference(tokenize.rules) if word.isalpha())))
    plain = [phrase for phrase in unique if phrase and phrase == " ".join(phrase.split())]
    read = dict(zip(plain, _lines("\n".join(plain), tokenize), strict=True)) if plain else {}
    for phrase in unique:
        if phrase not in read:
            read[phrase] = tuple(token.norm for token in tokenize(phrase))
    return read


def _lines(text: str, tokenize: Any) -> Iterator[tuple[int, ...]]:
    from spacy.attrs import NORM, ORTH

    doc = tokenize(text)
    end = doc.vocab.strings["\n"]
    line: list[int] = []
    for orth, norm in doc.to_array([ORTH, NORM]).tolist():
        if orth == end:
            yield tuple(line)
            line = []
        else:
            line.append(norm)
    yield tuple(line)
