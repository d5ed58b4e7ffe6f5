"""A second finder for redaction, from presidio's recognisers (extra `redaction`), and from the
entities of a spaCy pipeline of yours if you give one. Imported late; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from guard.errors import MissingExtraError
from guard.log.pieces import Finder, PersonalKind, PersonalPiece

if TYPE_CHECKING:
    from spacy.language import Language

# What presidio calls it, and what it becomes. What is missing here is not replaced: dates and
# times as it sees them are mostly harmless, and groups of people are no particulars of one.
_KINDS: dict[str, PersonalKind] = {
    "CREDIT_CARD": "CARD", "PHONE_NUMBER": "PHONE", "PERSON": "NAME", "LOCATION": "PLACE",
    "IP_ADDRESS": "ID", "MAC_ADDRESS": "ID", "IBAN_CODE": "ID", "CRYPTO": "ID", "UUID": "ID",
    "US_SSN": "ID", "US_ITIN": "ID", "US_MBI": "ID", "US_NPI": "ID", "UK_NHS": "ID",
    "UK_NINO": "ID", "UK_PASSPORT": "ID", "MEDICAL_LICENSE": "ID", "ABA_ROUTING_NUMBER": "ID",
}  # fmt: skip
# They look up the list of top-level domains on the network; the built-in finder has both kinds.
_NETWORKED = ("EmailRecognizer", "UrlRecognizer")


def presidio(pipeline: Language | None = None, at_least: float = 0.5) -> Finder:
    """A finder for `redact(text, second=...)`. Make one and share it.

    Args:
        pipeline: a spaCy pipeline with an entity recogniser, for names and places; None for
            presidio's patterns alone.
        at_least: from which of presidio's scores on a piece is replaced.

    Raises:
        MissingExtraError: the extra `redaction` is not installed.
    """
    try:
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    except ModuleNotFoundError:
        raise MissingExtraError("presidio as a second finder", "redaction") from None
    import spacy

    engine = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration())
    engine.nlp = {"en": pipeline or spacy.blank("en")}
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    for name in _NETWORKED:
        registry.remove_recognizer(name)
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine)
    asked = sorted(_KINDS.keys() & set(analyzer.get_supported_entities("en")))

    def find(text: str) -> Iterator[PersonalPiece]:
        found: list[Any] = analyzer.analyze(
            text, language="en", entities=asked, score_threshold=at_least
        )
        for one in found:
            yield PersonalPiece(_KINDS[one.entity_type], one.start, one.end)

    return find
