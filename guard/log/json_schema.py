"""The published JSON Schema of records, `docs/guard.log.schema.json`. Written from the models."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from guard.log.record import VERSION, AnyRecord, Texts

FILE = "guard.log.schema.json"


def schema() -> dict[str, Any]:
    """The JSON Schema of a record in the log, and, under `$defs`, of its decrypted texts."""
    made = TypeAdapter(AnyRecord).json_schema(mode="validation")
    texts = Texts.model_json_schema(mode="validation")
    defs = {**made.pop("$defs"), **texts.pop("$defs", {}), "Texts": texts}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:emotion-signal-guard:guard.log:{VERSION}",
        "title": "A record of the compliance log of guard",
        "description": (
            f"Version {VERSION}. A record is stored as canonical JSON (RFC 8785), without fields "
            "that are null. Scores are integers in millionths; spans are half-open character "
            "offsets into texts that are not in the record."
        ),
        **made,
        "$defs": dict(sorted(defs.items())),
    }
