"""What needs an optional package says which extra brings it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.errors import MissingExtraError
from guard.log.export import write_parquet
from guard.log.otel import otel_spans
from guard.log.presidio import presidio
from guard.log.prometheus import prometheus_metrics


@pytest.mark.parametrize(
    ("package", "extra", "call"),
    [
        ("opentelemetry", "otel", otel_spans),
        ("prometheus_client", "prometheus", prometheus_metrics),
        ("presidio_analyzer", "redaction", presidio),
        ("pyarrow", "parquet", lambda: write_parquet([], Path("none.parquet"), texts=False)),
    ],
)
def test_a_missing_package_names_its_extra(
    package: str, extra: str, call: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtraError, match=rf"\[{extra}\]"):
        call()
