"""The examples of integrations run; one whose extra is not installed is skipped and says so."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "integrations").glob("*.py"))
NEEDS = {"langchain_agent": "langchain", "langchain_chain": "langchain_core",
         "litellm_guardrail": "litellm", "litellm_proxy": "litellm",
         "openai_agents": "agents"}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_an_integration_runs(example: Path) -> None:
    if (needs := NEEDS.get(example.stem)) and importlib.util.find_spec(needs) is None:
        pytest.skip(f"NOT RUN: {needs} is not installed (pip install '.[dev]')")

    done = subprocess.run(
        [sys.executable, str(example)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
