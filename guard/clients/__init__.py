"""The guard under the clients that people have: `wrap`, and `report_of` for what they give back."""

from guard.clients.receipts import report_of
from guard.clients.wrapping import wrap

__all__ = ["report_of", "wrap"]
