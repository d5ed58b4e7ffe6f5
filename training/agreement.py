"""How far two readers agree on the project's own text: Cohen's kappa for each label.

    python -m training.agreement

`second_reading.jsonl` holds, for a draw of messages weighted towards the test split, the labels as
they were first given and those of a reader who saw the texts and the codebook alone. It keeps the
first labels as they stood then; what disagreed for a reason was mended in `text/` afterwards.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.table import Table

from guard.report import ActName, EmotionName, Function

FILE = Path(__file__).parent / "second_reading.jsonl"
_OF_DRAFT = (
    "soothe_only", "cold", "false_contradiction", "flip", "self_claim", "attachment", "flag",
)  # fmt: skip
Label = Mapping[str, Any]
Pair = tuple[Hashable, Hashable]


def pairs() -> dict[str, list[Pair]]:
    """What both readers said, by label."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for line in FILE.read_text("utf-8").splitlines():
        row = json.loads(line)
        for name, pair in _of_message(row["first"], row["second"]):
            found[name].append(pair)
        for first, second in zip(row["first"]["drafts"], row["second"]["drafts"], strict=True):
            for name, pair in _of_draft(row["first"], first, row["second"], second):
                found[name].append(pair)
    return dict(found)


def _of_message(first: Label, second: Label) -> Iterator[tuple[str, Pair]]:
    for name in get_args(Function):
        yield f"function {name}", (name in first["functions"], name in second["functions"])
    yield "no function", (not first["functions"], not second["functions"])
    yield "primary", (first["primary"], second["primary"])
    yield "intensity 2 or 3", (first["intensity"] >= 2, second["intensity"] >= 2)
    yield "belief type", (first["belief_type"], second["belief_type"])
    yield "false belief", (first["belief_false"], second["belief_false"])
    yield "risk", (first["risk"] != "none", second["risk"] != "none")
    yield "risk acute", (first["risk"] == "acute", second["risk"] == "acute")
    for name in get_args(EmotionName):
        yield f"emotion {name}", (name in first["emotions"], name in second["emotions"])


def _of_draft(
    message: Label, first: Label, other: Label, second: Label
) -> Iterator[tuple[str, Pair]]:
    for name in _OF_DRAFT:
        yield name, (first[name], second[name])
    yield "concedes_false", (_concedes(message, first), _concedes(other, second))
    for name in sorted(set(message["functions"]) & set(other["functions"])):
        yield f"kept {name}", (name in first["kept"], name in second["kept"])
    if "na" not in (first["stance"], second["stance"]):
        yield "stance", (first["stance"], second["stance"])
    if "na" not in (first["risk_handled"], second["risk_handled"]):
        yield "risk_handled", (first["risk_handled"], second["risk_handled"])
    for one, two in zip(first["acts"], second["acts"], strict=True):
        for act in get_args(ActName):
            yield f"act {act}", (act in one, act in two)


def _concedes(message: Label, draft: Label) -> bool:
    return bool(message["belief_false"]) and draft["stance"] == "concede"


def kappa(some: Sequence[Pair]) -> float:
    """Cohen's kappa (Cohen 1960): agreement beyond what the readers' own rates would give.

    Args:
        some: what the first and the second reader said of each thing; at least one.

    Returns:
        1 for full agreement, 0 for chance; 1 where both say the same of everything.
    """
    n = len(some)
    agreed = sum(one == two for one, two in some) / n
    first, second = (Counter(pair[i] for pair in some) for i in (0, 1))
    chance = sum(first[value] * second[value] for value in first) / n**2
    return 1.0 if chance == 1.0 else (agreed - chance) / (1.0 - chance)


def main() -> None:
    parser = argparse.ArgumentParser(description="Agreement of two readers, label by label.")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    figures = {
        name: {
            "n": len(some),
            "first": sum(_marked(one) for one, _ in some),
            "second": sum(_marked(two) for _, two in some),
            "agree": round(sum(one == two for one, two in some) / len(some), 3),
            "kappa": round(kappa(some), 2),
        }
        for name, some in pairs().items()
    }
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    table = Table("label", "things", "first", "second", "agree", "kappa", title="Two readers")
    for name, row in figures.items():
        table.add_row(name, *(str(value) for value in row.values()))
    Console().print(table)


def _marked(value: Hashable) -> bool:
    return value not in (None, False, 0, "none", "silent", "no")


if __name__ == "__main__":
    main()
