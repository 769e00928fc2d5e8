"""What Zappa packs: the project's folder, and the virtual environment that it runs in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.package_patterns import understood
from lambdalint.model import Build, Manifest, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.zappa.settings import Stage

MAX_PATTERNS = 500
_MANIFESTS = ("requirements.txt", "Pipfile", "pyproject.toml")
_NEVER = ("concurrent", "pip", "docutils*", "setuputils*")
_WITHOUT_SDK = ("boto3", "dateutil", "python-dateutil", "botocore", "s3transfer")
_PINNED = re.compile(
    rb"^[ \t]*[\"']?zappa[\"']?[ \t]*(?:=[ \t]*[\"'])?==[ \t]*(\d+)\.(\d+)", re.MULTILINE | re.IGNORECASE
)
_FIRST_WITH_SDK = (0, 59)


def build(tree: Tree, folder: str, stage: Stage) -> Build:
    """Return how the package of a *stage* is made of the project in *folder*.

    Zappa copies all of the virtual environment but for what ``exclude`` and ``exclude_glob`` match, and a few names of
    its own: ``create_lambda_zip`` of https://github.com/zappa/Zappa/blob/master/zappa/core.py. What is in it is not
    said anywhere; as a rule it is what the project requires. Where ``exclude`` is not set, releases before 0.59 left
    out boto3 and what it needs, but for a slim handler, whose archive is fetched into ``/tmp`` when it starts.
    """
    paths = (Tree.join(folder, name) for name in _MANIFESTS)
    manifest = next((path for path in paths if path is not None and path in tree), None)
    slim = is_slim(stage)
    left_out = [*_NEVER, *_top_level(stage)]
    if stage.get("exclude") is None and not slim and not _packs_sdk(tree, manifest):
        left_out += _WITHOUT_SDK
    return Build(
        (Manifest(manifest),) if manifest is not None else (),
        left_out=tuple(dict.fromkeys(left_out)),
        complete=False,
        confidence="medium",
        zipped=slim,
    )


def is_slim(stage: Stage) -> bool:
    """Tell whether the package holds only what fetches the application."""
    return (stage.text("slim_handler") or "").lower() in {"true", "1", "yes", "on"}


def packaged(stage: Stage) -> tuple[str, ...]:
    """Return the patterns of the project's files that the package lacks.

    ``exclude`` are patterns of names anywhere, as ``shutil.ignore_patterns`` takes them; ``exclude_glob`` are globs of
    paths from the project's folder.
    """
    globs = [f"**/{name}" for name in stage.texts("exclude")[:MAX_PATTERNS] if name and "/" not in name]
    globs += [glob.removeprefix("./").rstrip("/") for glob in stage.texts("exclude_glob")[:MAX_PATTERNS]]
    found = (f"!{glob}{below}" for glob in globs for below in ("", "/**") if glob and not glob.startswith(("/", "!")))
    return tuple(pattern for pattern in found if understood(pattern))


def _top_level(stage: Stage) -> list[str]:
    """Return the names and globs of the folders in the virtual environment that the settings exclude."""
    found = [name for name in stage.texts("exclude")[:MAX_PATTERNS] if name and "/" not in name]
    for glob in stage.texts("exclude_glob")[:MAX_PATTERNS]:
        whole = re.sub(r"^(?:\./|\*\*/)+|(?:/\*\*?)+/?$|/$", "", glob)
        if whole and "/" not in whole and (whole.strip("*") or whole != glob):
            found.append(whole)
    known = set(found)
    return [*found, *(("python-dateutil",) if "dateutil" in known else ())]


def _packs_sdk(tree: Tree, manifest: str | None) -> bool:
    """Tell whether the project pins a release of Zappa that leaves boto3 in."""
    match = _PINNED.search(tree.read(manifest) or b"") if manifest is not None else None
    return match is not None and (int(match[1][:4]), int(match[2][:4])) >= _FIRST_WITH_SDK
