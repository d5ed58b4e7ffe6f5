"""Where packs are found: those that ship, files and folders, and installed Python packages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from guard.errors import PackError

GROUP = "guard.packs"
SUFFIXES = (".yaml", ".yml")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
# Beside the package in a wheel; one level up in a source tree.
_RULES = (Path(__file__).parents[1] / "rules", Path(__file__).parents[2] / "rules")


def rules_directory() -> Path:
    """Where the packs that ship are."""
    return next((path for path in _RULES if path.is_dir()), _RULES[0])


def shipped_packs() -> tuple[str, ...]:
    """Names of the packs that come with this package."""
    return tuple(sorted(file.stem for file in rules_directory().glob("*.yaml")))


@cache
def installed_packs() -> dict[str, Path]:
    """Packs of other installed packages, by name.

    An entry point of the group `guard.packs` is named for the pack and points to a package that
    holds `<name>.yaml`. The package is looked at, its code is not run.
    """
    found = {}
    for point in entry_points(group=GROUP):
        spec = find_spec(point.module.partition(".")[0])
        places = spec.submodule_search_locations if spec else None
        inner = point.module.split(".")[1:]
        for place in places or ():
            file = Path(place, *inner, f"{point.name}.yaml")
            if file.is_file():
                found[point.name] = file.resolve()
    return found


def files_of(name: str | Path, beside: Path | None = None) -> tuple[Path, ...]:
    """The file of a pack that ships or is installed, by its name; a `.yaml` file; or all in a
    folder. `beside`: the file that a relative path is meant from.

    Raises:
        PackError: there is no such pack.
    """
    path = Path(name)
    if str(name) and (path.suffix in SUFFIXES or len(path.parts) > 1 or path.is_dir()):
        here = beside.parent / path if beside and not path.is_absolute() else path
        if here.is_dir():
            files = sorted(file for file in here.iterdir() if file.suffix in SUFFIXES)
            if not files:
                raise PackError(f"there is no .yaml file in the folder {here}")
            return tuple(file.resolve() for file in files)
        if not here.is_file():
            raise PackError(f"there is no pack file {here}")
        return (here.resolve(),)
    shipped = rules_directory() / f"{name}.yaml"
    if _NAME.fullmatch(str(name)) and shipped.is_file():
        return (shipped.resolve(),)
    if (installed := installed_packs().get(str(name))) is not None:
        return (installed,)
    raise PackError(
        f"there is no pack named {str(name)!r}; there are: {', '.join(known_packs())}; or give a "
        "folder or a .yaml file"
    )


def known_packs() -> tuple[str, ...]:
    """Names of all packs that can be named: those that ship, then those that are installed."""
    shipped = shipped_packs()
    others: Iterable[str] = (name for name in sorted(installed_packs()) if name not in shipped)
    return (*shipped, *others)
