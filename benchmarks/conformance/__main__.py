"""Fidelity, measured with other people's tests: the SDK's and LangChain's, each run with bare
clients and with wrapped ones.

    python -m benchmarks.conformance [--only a,b,c] [--quick] [--cache FOLDER]

(a) the `openai` SDK's own tests for chat, streaming, parsing and responses; (b) its `api_resources`
tests for chat and responses, against a stand-in for the API; (c) `langchain-openai`'s standard and
recorded tests. Sources are the pinned packages' source distributions, fetched at run time. What
cannot be had is said, and counts as not run; the exit status is 0 only if nothing that a bare
client passes fails, and everything was run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from benchmarks.conformance.upstream import serve

SDK, LANGCHAIN = "3.57.0", "1.7.4"
REFUSED = "UnauditedError"  # a websocket, which a wrapped client refuses: no failure, but said
ROOT = Path(__file__).parents[2]
TOOLS = (
    f"openai[realtime,aiohttp]=={SDK}", f"langchain-openai=={LANGCHAIN}", "langchain-tests>=1.1.9",
    "langchain>=1.0", "freezegun", "pytest>=9.0.3", "pytest-mock", "syrupy>=5", "pytest-asyncio",
    "pytest-retry", "pytest-socket", "vcrpy>=8.2", "inline-snapshot", "trio",
)  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """Tests of a package. `paths` are tried in its source; `quick` are fewer of them."""

    key: str
    title: str
    package: str
    version: str
    paths: tuple[str, ...]
    quick: tuple[str, ...]
    options: tuple[str, ...] = ()


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
        ("--disable-socket", "--allow-unix-socket", "--record-mode=none", "-p", "no:retry"),
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


@dataclass(frozen=True)
class Ran:
    """Tests by what became of them, and what the plug-in counted."""

    passed: frozenset[str]
    failed: frozenset[str]
    refused: frozenset[str]
    skipped: int
    counted: dict[str, object]


def run(suite: Suite, mode: str, cache: Path, paths: tuple[str, ...], api: str) -> Ran:
    """Run a suite in one of the plug-in's modes."""
    python, at = environment(cache), source(suite, cache)
    found = [path for path in paths if (at / path).exists()]
    results, counted = cache / f"{suite.key}-{mode}.xml", cache / f"{suite.key}-{mode}.json"
    results.unlink(missing_ok=True)
    counted.unlink(missing_ok=True)
    setting = {
        "PYTHONPATH": f"{at}{os.pathsep}{ROOT}",
        "GUARD_CONFORMANCE": mode,
        "GUARD_CONFORMANCE_OUT": str(counted),
        "TEST_API_BASE_URL": api,
        "OPENAI_API_KEY": "sk-none",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    command = [python, "-m", "pytest", "-q", "-p", "benchmarks.conformance.guarded",
               "-p", "no:cacheprovider", "-o", "addopts=", "--tb=line", "--show-capture=no",
               "--continue-on-collection-errors", f"--junitxml={results}", *suite.options,
               *found]  # fmt: skip
    with (cache / f"{suite.key}-{mode}.log").open("w") as log:
        subprocess.run(
            command, cwd=at, env=os.environ | setting, stdout=log, stderr=log, check=False
        )
    if not results.exists():
        raise RuntimeError(f"no results: see {log.name}")
    return _read(results, counted)


def _read(results: Path, counted: Path) -> Ran:
    passed, failed, refused, skipped = set(), set(), set(), 0
    for case in ET.parse(results).iter("testcase"):  # noqa: S314 - written by the run above
        name = f"{case.get('classname')}::{case.get('name')}"
        faults = [one for one in case if one.tag in ("failure", "error")]
        if any(one.tag == "skipped" for one in case):
            skipped += 1
        elif not faults:
            passed.add(name)
        elif any(REFUSED in f"{one.get('message')}{one.text}" for one in faults):
            refused.add(name)
        else:
            failed.add(name)
    numbers = json.loads(counted.read_text()) if counted.exists() else {}
    return Ran(frozenset(passed), frozenset(failed), frozenset(refused), skipped, numbers)


def compared(suite: Suite, cache: Path, api: str, *, quick: bool) -> bool:
    """Run a suite bare, observed and marked, and say how they compare."""
    paths = suite.quick if quick else suite.paths
    bare = run(suite, "bare", cache, paths, api)
    print(f"\n({suite.key}) {suite.title}, {suite.package} {suite.version}")
    print(f"    bare      {len(bare.passed)} passed, {len(bare.failed)} failed, "
          f"{bare.skipped} skipped")  # fmt: skip
    well = bool(bare.passed)
    for mode in ("observe", "marker"):
        with_guard = run(suite, mode, cache, paths, api)
        refused = bare.passed & with_guard.refused
        lost = bare.passed - with_guard.passed - refused
        kept = len(bare.passed) - len(lost) - len(refused)
        print(f"    {mode:9} {kept}/{len(bare.passed) - len(refused)} of what bare passes, "
              f"{len(refused)} refused by design (websockets), "
              f"{with_guard.counted.get('audited', 0)} replies audited")  # fmt: skip
        if mode == "observe":
            for name in sorted(lost):
                print(f"        LOST {name}")
            well = well and not lost
        else:
            different = with_guard.counted.get("different") or []
            print(f"              {with_guard.counted.get('rewritten')} replies rewritten, "
                  f"{with_guard.counted.get('compared')} compared with the upstream's, "
                  f"{len(different)} differ in more than the word")  # type: ignore[arg-type] # fmt: skip
            well = well and not different
    return well


def main() -> int:
    """Run the suites; 0 if all were run and nothing was lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="a,b,c")
    parser.add_argument("--quick", action="store_true", help="fewer of (a) and (c)")
    parser.add_argument("--cache", type=Path, default=ROOT / ".conformance")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    server = serve()
    api = f"http://127.0.0.1:{server.server_address[1]}"
    outcomes = {}
    for suite in (one for one in SUITES if one.key in given.only.split(",")):
        try:
            outcomes[suite.key] = compared(suite, given.cache.resolve(), api, quick=given.quick)
        except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
            print(f"\n({suite.key}) {suite.title}: NOT RUN, {type(error).__name__}: {error}")
            outcomes[suite.key] = False
    server.shutdown()
    print("\n" + ", ".join(f"({key}) {'ok' if ok else 'NOT OK'}" for key, ok in outcomes.items()))
    return 0 if all(outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
