"""What goes out in place of a flagged draft: annotation, rewrite, or fallback."""

from guard.repair.annotate import ANNOTATIONS, Annotation, read_trailer
from guard.repair.job import Deadline, Job, Rewriter, Rewritten
from guard.repair.repair import arepair, repair
from guard.repair.second import Second, second_audit

__all__ = [
    "ANNOTATIONS",
    "Annotation",
    "Deadline",
    "Job",
    "Rewriter",
    "Rewritten",
    "Second",
    "arepair",
    "read_trailer",
    "repair",
    "second_audit",
]
