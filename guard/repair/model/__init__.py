"""Rewriting, and second opinions, by a language model behind an OpenAI-compatible endpoint."""

from guard.repair.model.connect import Clients
from guard.repair.model.opinion import ModelJudge
from guard.repair.model.own import is_own_call
from guard.repair.model.rewriter import ModelRewriter, Prices
from guard.repair.model.same import SameModel

__all__ = ["Clients", "ModelJudge", "ModelRewriter", "Prices", "SameModel", "is_own_call"]
