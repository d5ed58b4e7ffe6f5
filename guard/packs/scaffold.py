"""A pack to start from: what `guard rules new` writes."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATE = Path(__file__).parent / "template.yaml"
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


def new_pack(name: str, title: str = "") -> str:
    """The text of a pack with one rule of each kind, comments, and cases that hold."""
    ident = _NOT_IN_ID.sub("-", name.lower()).strip("-") or "mine"
    if not ident[0].isalpha():
        ident = f"pack-{ident}"
    text = TEMPLATE.read_text("utf-8")
    return text.replace("PACK", ident).replace("TITLE", title or f"The pack {ident}")
