"""The examples of integrations run; one whose extra is not installed is skipped and says so."""

import importlib.util
import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "integrations").glob("*.py"))
NEEDS = {"langchain_agent": "langchain", "langchain_chain": "langchain_core",
         "litellm_guardrail": "litellm", "litellm_proxy": "litellm",
         "openai_agents": "agents"}  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # frameworks warn of much
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_an_integration_runs(
    example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if (needs := NEEDS.get(example.stem)) and importlib.util.find_spec(needs) is None:
        pytest.skip(f"NOT RUN: {needs} is not installed (pip install '.[dev]')")

    runpy.run_path(str(example), run_name="__main__")

    out = capsys.readouterr().out
    assert out.strip()
    assert "Sending hugs" not in out
