"""Record flagged turns, let a reviewer judge one, prove that nothing was altered, erase a person.

The log lies in a folder of its own here; a deployment names one in `guard.toml`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from guard import Guard, Log, about
from guard.log.verify import verify

TURNS = [
    ("u-17", "They cancelled my leave and lied about why.", "Try to relax, it's for the best!"),
    ("u-18", "My sister Anna moved away and I feel so alone.", "Don't be sad! Sending hugs!"),
    ("u-18", "What is the capital of Portugal?", "Lisbon."),
]


def main(folder: Path) -> None:
    log = Log.open(folder / "audit.db")  # flagged turns, texts redacted and encrypted
    guard = Guard(mode="annotate", log=log)

    reports = []
    for subject, user, draft in TURNS:
        with about(subject=subject):  # stored as a keyed hash
            reports.append(guard.check(user=user, draft=draft))
    print([report.record.state if report.record else "not kept" for report in reports])

    ids = [report.record.id for report in reports if report.record and report.record.id]
    texts = log.reveal(ids[-1:], by="mia", purpose="weekly review")
    print(texts[ids[-1]].user)  # the name is gone; that mia read it is in the log
    log.review(ids[-1], "agree", "mia", "It only soothes.")

    print(log.erase("u-18", basis="GDPR art. 17, request 31"), "keys destroyed")
    log.checkpoint()
    found = verify(log.store, log.public_key)
    print(f"intact: {found.ok}; {found.size} records, {found.signed} signed, {found.erased} erased")
    log.close()


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
