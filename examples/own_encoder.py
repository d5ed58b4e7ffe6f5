"""Use an encoder of your own: anything that turns sentences into vectors of length 1.

With the extra `sentence-transformers`, `Guard(encoder="name or path")` takes any such model. Here a
bag of hashed letter groups stands in, to show the two members that an encoder needs. The exemplars
are then learnt anew for it, when the Guard is made.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from guard import Guard


class LetterGroups:
    digest = "letter-groups-256"

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(sentences), 256), 1e-6, np.float32)
        for row, sentence in zip(vectors, sentences, strict=True):
            for i in range(len(sentence) - 2):
                row[zlib.crc32(sentence[i : i + 3].lower().encode()) % 256] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


if __name__ == "__main__":
    report = Guard(encoder=LetterGroups()).check(
        user="My dog died last night and I feel empty.",
        draft="I'm so sorry. Sending hugs, you've got this!",
    )
    print(report.verdict.outcome, report.scores.soothe_only)
