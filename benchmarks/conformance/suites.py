"""Which tests of which packages are run, where their sources come from, and the environment they
run in. How they are run is said in `__main__.py`."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path

SDK, LANGCHAIN = "3.57.0", "1.7.4"
TOOLS = (
    f"openai[realtime,aiohttp]=={SDK}", f"langchain-openai=={LANGCHAIN}", "langchain-tests>=1.1.9",
    "langchain>=1.0", "freezegun", "pytest>=9.0.3", "pytest-mock", "syrupy>=5", "pytest-asyncio",
    "pytest-retry", "pytest-socket", "vcrpy>=8.2", "inline-snapshot", "trio",
)  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """Tests of a package. `paths` are tried in its source; `quick` are fewer of them. `haste`: the
    SDK does not wait before it tries again."""

    key: str
    title: str
    package: str
    version: str
    paths: tuple[str, ...]
    quick: tuple[str, ...]
    options: tuple[str, ...] = ()
    haste: bool = False


_RESPONSES = (
    "azure_responses_policy_regression", "client_event_compat", "commentary_parsing",
    "compaction_progress", "deferred_tools", "error_diagnostics", "image_tool_errors",
    "lifecycle_replacements", "null_content", "null_output", "null_output_items", "parse_as",
    "parsed_output_replay_profile", "refusal_normal_lifecycle", "responses",
)  # fmt: skip
_CORE = ("test_streaming", "test_sse_framing", "test_response", "test_legacy_response",
         "test_stream_mode", "lib/test_streaming_deltas")  # fmt: skip
SUITES = (
    Suite(
        "a",
        "SDK: chat, streaming, parsing, responses",
        "openai",
        SDK,
        (
            "tests/lib/chat",
            *(f"tests/lib/responses/test_{one}.py" for one in _RESPONSES),
            *(f"tests/{one}.py" for one in _CORE),
            "tests/lib/streaming",
            "tests/lib/test_azure.py",
            "tests/lib/test_responses_tool_runner.py",
        ),
        (
            "tests/lib/chat",
            *(f"tests/lib/responses/test_{one}.py" for one in _RESPONSES),
            *(f"tests/{one}.py" for one in _CORE),
        ),
    ),
    Suite(
        "b",
        "SDK: api_resources of chat and responses",
        "openai",
        SDK,
        *(
            (
                "tests/api_resources/chat",
                "tests/api_resources/test_responses.py",
                "tests/api_resources/responses",
                "tests/api_resources/test_completions.py",
            ),
        )
        * 2,
    ),
    Suite(
        "c",
        "LangChain: standard and recorded tests",
        "langchain-openai",
        LANGCHAIN,
        ("tests/unit_tests/chat_models", "tests/unit_tests/llms",
         "tests/integration_tests/chat_models"),
        ("tests/unit_tests/chat_models", "tests/integration_tests/chat_models"),
        ("--disable-socket", "--allow-unix-socket", "--record-mode=none", "-p", "no:pytest-retry"),
        haste=True,
    ),
)  # fmt: skip


def environment(cache: Path) -> Path:
    """An environment with the pinned packages; what the guard needs comes from this one."""
    python = cache / "venv" / "bin" / "python"
    ready = cache / "venv" / f"ready-{SDK}-{LANGCHAIN}"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", cache / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *TOOLS], check=True)
        site = next((cache / "venv" / "lib").glob("python*/site-packages"))
        (site / "zz_guard.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        ready.touch()
    return python


def source(suite: Suite, cache: Path) -> Path:
    """The package's source, unpacked."""
    name = f"{suite.package.replace('-', '_')}-{suite.version}"
    if not (cache / name / "tests").is_dir():
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
             "-d", cache, f"{suite.package}=={suite.version}"],
            check=True,
        )  # fmt: skip
        with tarfile.open(cache / f"{name}.tar.gz") as archive:
            archive.extractall(cache, filter="data")
    return cache / name
