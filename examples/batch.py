"""Audit many turns and count what was found, without changing any of them."""

from collections import Counter

from guard import Guard, Turn

TURNS = [
    Turn.of("They cancelled my leave and lied about why.", "Try to relax, it's for the best!"),
    Turn.of(
        "They cancelled my leave and lied about why.",
        "They took your leave and then lied about the reason. What do you have in writing?",
    ),
    Turn.of("What is the capital of Portugal?", "Lisbon."),
]

if __name__ == "__main__":
    guard = Guard(mode="observe")
    reports = [guard.check(turn) for turn in TURNS]
    print(Counter(report.verdict.outcome for report in reports))
    print([finding.rule for report in reports for finding in report.findings])
