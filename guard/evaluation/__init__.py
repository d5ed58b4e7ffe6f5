"""Measure a guard on labelled turns: metrics with intervals, slices, worst errors, a page."""

from guard.evaluation.evaluate import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
