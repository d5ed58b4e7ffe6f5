"""The tests of wrapped clients with older and newer releases of the `openai` SDK.

    python -m benchmarks.lanes [--only 1.60,2] [--cache FOLDER] [--release 1.66.0]

A lane is one release of the SDK with what it needs, in a folder of its own that stands before all
else; the rest comes from this environment. The oldest is the one that `pyproject.toml` names. A
lane whose release cannot be had counts as not run; the exit status is 0 only if every lane was run
and no test failed. `make test` does not run this.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = "tests/clients"
LONGEST = 1800  # seconds that one lane may take


@dataclass(frozen=True)
class Ran:
    """What a lane came to: `release` of the SDK and the HTTP library under it, and its tests by
    outcome. `missing` says why it was not run."""

    lane: str
    release: str = "-"
    library: str = "-"
    passed: int = 0
    failed: tuple[str, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    missing: str = ""

    @property
    def well(self) -> bool:
        return not self.missing and not self.failed and self.passed > 0


def oldest() -> str:
    """The oldest release that the extra `openai` takes."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    (bound,) = (one for one in extras["openai"] if one.startswith("openai>="))
    return f"openai=={bound.removeprefix('openai>=')}"


def lanes() -> dict[str, str]:
    """What is asked of the package index, by lane."""
    return {
        "oldest that is supported": oldest(),
        "newest 1.x": "openai>=1,<2",
        "newest 2.x": "openai>=2,<3",
        "newest 3.x": "openai>=3,<4",
    }


def prepared(wanted: str, cache: Path) -> Path:
    """The folder with this release, installed the first time."""
    name = "".join(one if one.isalnum() or one == "." else "_" for one in wanted)
    folder = cache / name
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder)]
        subprocess.run([*command, wanted], check=True, capture_output=True, text=True)
        (folder / ".ready").touch()
    return folder


def run(lane: str, wanted: str, cache: Path) -> Ran:
    """Run the tests of wrapped clients in one lane."""
    try:
        folder = prepared(wanted, cache)
    except subprocess.CalledProcessError as error:
        why = [one for one in error.stderr.splitlines() if one.startswith("ERROR")]
        return Ran(lane, missing=why[-1] if why else f"pip ended with {error.returncode}")
    setting = os.environ | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    said = "import openai, openai._base_client as b; print(openai.__version__, openai.__file__); " \
           "print('httpx2' if hasattr(b, 'httpx2') else 'httpx')"  # fmt: skip
    asked = subprocess.run(
        [sys.executable, "-c", said], env=setting, cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    release, place, library = asked.stdout.split()
    if not Path(place).is_relative_to(folder):
        return Ran(lane, missing=f"another SDK stands before it: {place}")
    results = folder.with_suffix(".xml")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short",
               f"--junitxml={results}", TESTS]  # fmt: skip
    results.unlink(missing_ok=True)
    with folder.with_suffix(".log").open("w") as log:
        subprocess.run(
            command, env=setting, cwd=ROOT, stdout=log, stderr=log, check=False, timeout=LONGEST
        )
    if not results.exists():
        return Ran(lane, release, library, missing=f"no results: see {log.name}")
    return _read(lane, release, library, results)


def _read(lane: str, release: str, library: str, results: Path) -> Ran:
    passed, failed, skipped = 0, [], Counter[str]()
    for case in ET.parse(results).iter("testcase"):  # noqa: S314 - written by the run above
        outcome = {one.tag: one for one in case}
        if "failure" in outcome or "error" in outcome:
            failed.append(f"{case.get('classname')}::{case.get('name')}")
        elif "skipped" in outcome:
            skipped[str(outcome["skipped"].get("message"))] += 1
        else:
            passed += 1
    return Ran(lane, release, library, passed, tuple(failed), tuple(skipped.items()))


def told(one: Ran) -> str:
    """A lane in a few lines."""
    if one.missing:
        return f"{one.lane:25} {one.release:9} {one.library:7} NOT RUN: {one.missing}"
    head = (f"{one.lane:25} {one.release:9} {one.library:7} {one.passed:6} {len(one.failed):6} "
            f"{sum(number for _, number in one.skipped):7}")  # fmt: skip
    more = [f"    skipped {number}: {why}" for why, number in one.skipped]
    return "\n".join([head, *more, *(f"    FAILED {test}" for test in one.failed)])


def main() -> int:
    """Run the lanes; 0 if all were run and all passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", default="", help="lanes whose name or release holds one of these")
    parser.add_argument("--release", action="append", default=[], help="a lane of this release")
    parser.add_argument("--cache", type=Path, default=ROOT / ".lanes")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    wanted = {**lanes(), **{one: f"openai=={one}" for one in given.release}}
    only = [one for one in given.only.split(",") if one]
    print(f"{'lane':25} {'openai':9} {'under':7} passed failed skipped", flush=True)
    outcomes = []
    for lane, requirement in wanted.items():
        if only and not any(one in lane or one in requirement for one in only):
            continue
        outcomes.append(run(lane, requirement, given.cache.resolve()))
        print(told(outcomes[-1]), flush=True)
    return 0 if outcomes and all(one.well for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
