"""Fidelity, measured with other people's tests: the SDK's and LangChain's, each run with bare
clients and with wrapped ones.

    python -m benchmarks.conformance [--only a,b,c] [--quick] [--keep-bare] [--cache FOLDER]

(a) the `openai` SDK's own tests for chat, streaming, parsing and responses; (b) its `api_resources`
tests for chat and responses, against a stand-in for the API; (c) `langchain-openai`'s standard and
recorded tests. Sources are the pinned packages' source distributions, fetched at run time.

Each suite is run four times. `bare`: what passes here is what counts. `observe`: the guard audits,
and changes and refuses nothing; all must pass. `marker`: letters are put before one word wherever
it stands; each reply is compared with what the upstream sent, and may differ in that word only.
`restored`: letters are put before every word of every reply, and taken away again from the bytes
just before the SDK reads them, with the annotations of the words kept; all must pass. So a test
that fails with `marker` alone does because it asserts on a text that holds the word, and for no
other reason. In the last two, calls that the guard refuses because it could not audit what comes of
them (websockets, hosted agents) count apart.

What cannot be had is said, and counts as not run; the exit status is 0 only if everything was run,
nothing that a bare client passes fails, and no reply differs in more than the word.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.conformance.outcomes import Outcomes, read
from benchmarks.conformance.suites import SUITES, Suite, environment, source
from benchmarks.conformance.upstream import serve

ROOT = Path(__file__).parents[2]
MODES = ("observe", "marker", "restored")


def run(
    suite: Suite, mode: str, cache: Path, api: str, *, quick: bool, only: Iterable[str] | None
) -> Outcomes:
    """Run a suite, or only some tests of it, in one of the plug-in's modes."""
    python, at = environment(cache), source(suite, cache)
    paths = [one for one in (suite.quick if quick else suite.paths) if (at / one).exists()]
    results, wanted = cache / f"{suite.key}-{mode}.json", cache / f"{suite.key}-{mode}-only.json"
    results.unlink(missing_ok=True)
    setting = {
        "PYTHONPATH": f"{at}{os.pathsep}{ROOT}",
        "GUARD_CONFORMANCE": mode,
        "GUARD_CONFORMANCE_OUT": str(results),
        "TEST_API_BASE_URL": api,
        "OPENAI_API_KEY": "sk-none",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    if suite.haste:
        setting["GUARD_CONFORMANCE_HASTE"] = "1"
    if only is not None:
        wanted.write_text(json.dumps(sorted(only)))
        setting["GUARD_CONFORMANCE_ONLY"] = str(wanted)
    command = [str(python), "-m", "pytest", "-q", "-p", "benchmarks.conformance.guarded",
               "-p", "no:cacheprovider", "-o", "addopts=", "--tb=short", "--show-capture=no",
               "--continue-on-collection-errors", *suite.options, *paths]  # fmt: skip
    with (cache / f"{suite.key}-{mode}.log").open("w") as log:
        subprocess.run(
            command, cwd=at, env=os.environ | setting, stdout=log, stderr=log, check=False
        )
    if not results.exists():
        raise RuntimeError(f"no results: see {log.name}")
    return read(results)


def kept(suite: Suite, cache: Path, *, quick: bool) -> Outcomes | None:
    """What an earlier run with bare clients came to: the guard has no part in it."""
    file = cache / f"{suite.key}-bare.json"
    paths = suite.quick if quick else suite.paths
    tried = {"package": suite.package, "version": suite.version, "paths": list(paths)}
    said = cache / f"{suite.key}-bare-of.json"
    same = file.exists() and said.exists() and json.loads(said.read_text()) == tried
    said.write_text(json.dumps(tried))
    return read(file) if same else None


def compared(suite: Suite, cache: Path, api: str, *, quick: bool, keep: bool) -> bool:
    """Run a suite in all modes, and say how they compare."""
    print(f"\n({suite.key}) {suite.title}, {suite.package} {suite.version}", flush=True)
    bare = kept(suite, cache, quick=quick)
    if bare is None or not keep:
        bare = run(suite, "bare", cache, api, quick=quick, only=None)
    passed = bare.of("passed")
    print(f"    bare      {len(passed)} passed, {len(bare.of('failed'))} failed, "
          f"{len(bare.of('skipped'))} skipped", flush=True)  # fmt: skip
    ran = {}
    for mode in MODES:
        ran[mode] = run(suite, mode, cache, api, quick=quick, only=passed)
        _say(mode, ran[mode], passed)
    assert_it = _lost(ran["marker"], passed) & ran["restored"].of("passed")
    _list(f"assert on a text that holds the word: fail with `marker`, pass with `restored` "
          f"({len(assert_it)})", sorted(assert_it))  # fmt: skip
    lost = {
        (mode, test)
        for mode in MODES
        for test in _lost(ran[mode], passed) - (assert_it if mode == "marker" else set())
    }
    _list(f"LOST ({len(lost)})", [f"{test} ({mode})" for mode, test in sorted(lost)])
    different = {(mode, *one) for mode in MODES for one in ran[mode].different}
    _list(f"DIFFER in more than the word ({len(different)})",
          [f"{test} ({mode}): {place}" for mode, test, place in sorted(different)])  # fmt: skip
    return bool(passed) and not lost and not different


def _say(mode: str, one: Outcomes, passed: frozenset[str]) -> None:
    refused = len(passed & one.refused - one.of("passed"))
    print(f"    {mode:9} {len(passed & one.of('passed'))}/{len(passed) - refused} of what bare "
          f"passes, {refused} refused by design, {one.audited} drafts audited",
          flush=True)  # fmt: skip
    if mode != "observe":
        print(f"              {one.rewritten} rewritten, {one.compared} replies compared with the "
              f"upstream's, {len({test for test, _ in one.different})} tests in which one differs "
              "in more than the word", flush=True)  # fmt: skip


def _lost(one: Outcomes, passed: frozenset[str]) -> frozenset[str]:
    """What passes bare and not so, where the guard has refused nothing."""
    return passed - one.of("passed") - one.refused


def _list(title: str, lines: list[str]) -> None:
    if lines:
        print(f"    {title}:")
    for line in lines:
        print(f"        {line}")


def main() -> int:
    """Run the suites; 0 if all were run and nothing was lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="a,b,c")
    parser.add_argument("--quick", action="store_true", help="fewer of (a) and (c)")
    parser.add_argument(
        "--keep-bare", action="store_true", help="take what bare clients came to the last time"
    )
    parser.add_argument("--cache", type=Path, default=ROOT / ".conformance")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    server = serve()
    api = f"http://127.0.0.1:{server.server_address[1]}"
    outcomes = {}
    for suite in (one for one in SUITES if one.key in given.only.split(",")):
        try:
            outcomes[suite.key] = compared(
                suite, given.cache.resolve(), api, quick=given.quick, keep=given.keep_bare
            )
        except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
            print(f"\n({suite.key}) {suite.title}: NOT RUN, {type(error).__name__}: {error}")
            outcomes[suite.key] = False
    server.shutdown()
    print("\n" + ", ".join(f"({key}) {'ok' if ok else 'NOT OK'}" for key, ok in outcomes.items()))
    return 0 if all(outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
