"""Maps the assets of a cloud assembly, which are copies, back to the folders of the project that they were made of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.synthesized_files import load_json
from lambdalint.deployment.not_lambda import is_apart
from lambdalint.model import Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdalint.deployment.cdk.synthesized_files import Assemblies

MAX_ASSETS = 5_000
MAX_COMPARED = 300
MAX_CANDIDATES = 300
"""Bounds: assets of one manifest, files of an asset that are compared, folders that it is compared with."""

_ALIKE = 0.5
"""The share of its lines that a file has in common with its copy, where one of both was changed since."""

_HASH = re.compile(r"[0-9a-f]{64}")
_LAYER = "python/"


class Asset(msgspec.Struct, frozen=True):
    """A copy in an assembly: ``folder`` is None where it lies outside of the project, or is no folder.

    ``written`` is what the assembly says. The rest is how an image is built of it.
    """

    folder: str | None
    written: str
    dockerfile: str = "Dockerfile"
    arguments: tuple[tuple[str, str], ...] = ()
    target: str | None = None


class Source(msgspec.Struct, frozen=True):
    """The folder of the project that an asset is a copy of.

    ``exact`` tells that it holds the same Python files, ``added`` that the asset has more of them, as what was
    installed. ``moved`` tells that the asset has all below ``python``, as a layer that the CDK builds.
    """

    folder: str
    exact: bool = False
    added: bool = False
    moved: bool = False


class Manifests:
    """The ``*.assets.json`` of assemblies: which asset a template's key means."""

    def __init__(self, assemblies: Assemblies) -> None:
        self.problems: list[Problem] = []
        self._files = assemblies.files
        self._by_folder: dict[str, dict[str, Asset]] = {}
        self._listed: dict[str, list[str]] = defaultdict(list)
        for path in assemblies.files.files:
            if path.endswith(".assets.json"):
                self._listed[path.rpartition("/")[0]].append(path)

    def find(self, folder: str, texts: list[str]) -> Asset | None:
        """Return the asset that one of *texts*, of a template in *folder*, names by its key or its hash."""
        known = self._assets(folder)
        for text in texts:
            found = known.get(text.rpartition("/")[2])
            if found is not None:
                return found
            for key in _HASH.findall(text):
                if key in known:
                    return known[key]
                beside = Tree.join(folder, f"asset.{key}")
                if beside is not None and beside in self._files.directories:
                    return Asset(beside, f"asset.{key}")
        return None

    def _assets(self, folder: str) -> dict[str, Asset]:
        if folder not in self._by_folder:
            found = self._by_folder[folder] = {}
            for path in self._listed[folder]:
                found.update(self._read(folder, path))
        return self._by_folder[folder]

    def _read(self, folder: str, path: str) -> dict[str, Asset]:
        loaded, problem = load_json(self._files, path)
        if problem is not None:
            self.problems.append(problem)
        found: dict[str, Asset] = {}
        for group, name in (("files", "path"), ("dockerImages", "directory")):
            for key, entry in islice(_object(loaded, group).items(), MAX_ASSETS):
                written = _object(entry, "source").get(name)
                if not isinstance(written, str) or not written:
                    continue
                asset = self._asset(folder, written, _object(entry, "source"))
                if asset.folder is None:
                    message = f"the asset lies outside of the project: {written[:200]}"
                    self.problems.append(Problem(Span.point(path), message))
                found[key] = asset
                for destination in islice(_object(entry, "destinations").values(), MAX_ASSETS):
                    for spelling in ("objectKey", "imageTag"):
                        spelled = destination.get(spelling) if isinstance(destination, dict) else None
                        if isinstance(spelled, str):
                            found[spelled.rpartition("/")[2]] = asset
        return found

    @staticmethod
    def _asset(folder: str, written: str, source: Mapping[str, object]) -> Asset:
        dockerfile = source.get("dockerFile")
        target = source.get("dockerBuildTarget")
        arguments = _object(source, "dockerBuildArgs").items()
        return Asset(
            written if written.startswith("/") else Tree.join(folder, written),
            written,
            dockerfile if isinstance(dockerfile, str) and dockerfile else "Dockerfile",
            tuple((name, value) for name, value in arguments if isinstance(value, str)),
            target if isinstance(target, str) else None,
        )


def _object(value: object, name: str) -> Mapping[str, object]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


class Sources:
    """Finds the folders of *tree* that assets of assemblies, with the files of *copies*, were made of."""

    def __init__(self, tree: Tree, copies: Tree) -> None:
        self._tree = tree
        self._copies = copies
        self._by_name: dict[str, list[str]] | None = None
        self._known: dict[tuple[str, str], tuple[Source, ...]] = {}

    def of(self, asset: Asset, file: str) -> tuple[Source, ...]:
        """Return the folders that the asset, with the *file* in it, may be a copy of, all as likely.

        They hold the file, by the same name and much alike, and the most of the asset's other files.
        """
        if asset.folder is None:
            return ()
        key = asset.folder, file
        if key not in self._known:
            absolute = asset.folder.startswith("/")
            self._known[key] = self._by_tail(asset.folder, file) if absolute else self._compared(asset.folder, file)
        return self._known[key]

    def of_layer(self, asset: Asset) -> Source | None:
        """Return the folder that a layer's asset is a copy of."""
        names = self._names(self._copies, asset.folder or "?")
        own = [name for name in names if not name.startswith(_LAYER) or name.count("/") <= 2][:10]
        for name in own:
            found = self.of(asset, name)
            if found:
                return found[0]
        for name in own:
            if asset.folder is not None and name.startswith(_LAYER):
                copied = f"{asset.folder}/python"
                found = self._compared(copied, name.removeprefix(_LAYER))
                if found:
                    return Source(found[0].folder, found[0].exact, found[0].added, moved=True)
        return None

    def _by_tail(self, path: str, file: str) -> tuple[Source, ...]:
        """Return the folder that the end of a *path* on another machine names; such an asset was never copied."""
        parts = [part for part in path.split("/") if part]
        for start in range(min(len(parts), MAX_CANDIDATES)):
            folder = "/".join(parts[start:])
            if f"{folder}/{file}" in self._tree:
                return (Source(folder, exact=True),)
        return ()

    def _compared(self, asset: str, file: str) -> tuple[Source, ...]:
        names = self._names(self._copies, asset)
        copy = self._copies.read(f"{asset}/{file}")
        scored: list[tuple[tuple[float, ...], Source]] = []
        for folder in self._holding(file):
            alike = 0.0 if copy is None else _alike(copy, self._tree.read(f"{folder}/{file}".lstrip("/")) or b"")
            if copy is not None and alike < _ALIKE:
                continue
            own = self._names(self._tree, folder)
            same = sum(self._is_same(asset, folder, name) for name in names[:MAX_COMPARED])
            shared = len({*names}.intersection(own))
            exact = same == len(own) == min(len(names), MAX_COMPARED)
            scored.append(((alike, same, shared, -len(own)), Source(folder, exact, len(names) > shared)))
        best = max((score for score, _ in scored), default=())
        found = [source for score, source in scored if score == best]
        # What was not copied shows nothing but a name, which several folders may have.
        return tuple(found) if copy is not None or len(found) == 1 else ()

    def _holding(self, file: str) -> list[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in self._tree.files:
                if not is_apart(path):
                    self._by_name[path.rpartition("/")[2]].append(path)
        tail = f"/{file}"
        listed = self._by_name.get(file.rpartition("/")[2], ())
        return [f"/{path}".removesuffix(tail).lstrip("/") for path in listed if f"/{path}".endswith(tail)][
            :MAX_CANDIDATES
        ]

    @staticmethod
    def _names(tree: Tree, folder: str) -> list[str]:
        """Return the Python files of *folder*, relative to it."""
        above = f"{folder}/" if folder else ""
        first = bisect_left(tree.files, above)
        below = takewhile(lambda path: path.startswith(above), tree.files[first:])
        return [path[len(above) :] for path in islice(below, MAX_COMPARED * 10) if path.endswith(".py")]

    def _is_same(self, asset: str, folder: str, name: str) -> bool:
        path = f"{folder}/{name}".lstrip("/")
        return path in self._tree and _lines(self._tree.read(path)) == _lines(self._copies.read(f"{asset}/{name}"))


def _lines(content: bytes | None) -> list[bytes]:
    return (content or b"").splitlines()


def _alike(first: bytes, second: bytes) -> float:
    """Return the share of lines that two files have in common."""
    if first == second:
        return 1.0
    lines = [{line.strip() for line in _lines(content)} - {b""} for content in (first, second)]
    most = max(len(one) for one in lines)
    return len(lines[0] & lines[1]) / most if most else 1.0
