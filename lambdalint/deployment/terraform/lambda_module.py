"""What the module ``terraform-aws-modules/lambda/aws`` packs.

As its ``package.py`` has it (https://github.com/terraform-aws-modules/terraform-aws-lambda): a path alone is packed
with what the manifest in it asks for, an object installs only what it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.package_patterns import understood
from lambdalint.deployment.terraform.code import Code, NoCode, holds, located
from lambdalint.deployment.terraform.values import Entries, Items, Scalar, is_null, text_of, truth_of
from lambdalint.deployment.zipped_folder import is_folder
from lambdalint.model import Build, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.module import Module, Resource
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Tree

MAX_CLAIMS = 50
MAX_PATTERNS = 200

_SOURCE = re.compile(
    r"(?:[\w.-]+/)?terraform-aws-modules/lambda/aws(?://(?P<inner>[\w./-]+?))?/?"
    r"|.*terraform-aws-modules/terraform-aws-lambda(?:\.git)?(?:/archive/[^/]*)?(?://(?P<part>[\w./-]+?))?(?:\?.*)?"
)
_BACKEND = re.compile(rb"^\s*build-backend\b.*\b(poetry|uv)", re.MULTILINE)
_META = re.compile(r"[\[\](){}|+?^$\\]|(?<!^\.)\*")


def is_lambda_module(call: Resource) -> bool:
    """Tell whether *call* calls the module, from a registry, from git, or a copy of it in the project."""
    match = _SOURCE.fullmatch(call.source)
    if match is not None:
        return not (match["inner"] or match["part"])
    child = call.child
    return child is not None and is_copy(child)


def is_copy(module: Module) -> bool:
    """Tell whether *module* is a copy of the module."""
    declares = module.configuration.declares
    return declares("data", "external", "archive_prepare") and declares("variable", "source_path")


def is_docker_build(call: Resource) -> bool:
    """Tell whether *call* calls the part of the module that builds an image."""
    match = _SOURCE.fullmatch(call.source)
    if match is not None:
        return (match["inner"] or match["part"] or "").rstrip("/") == "modules/docker-build"
    child = call.child
    return child is not None and child.configuration.declares("variable", "docker_file_path")


class _Claim(msgspec.Struct, frozen=True):
    """One of the paths that are packed: at ``prefix``, with what is installed beside it."""

    folder: str
    value: Value
    prefix: str = ""
    packaged: tuple[str, ...] = ()
    file: bool = False
    commands: bool = False


def packed(tree: Tree, call: Resource, source: Value, handler: list[str]) -> Code | NoCode:
    """Return what ``source_path`` packs for the handler's module *handler*."""
    claims, build = _plan(tree, call, source)
    if not claims and text_of(_first(source)) is not None:
        return NoCode("its code lies outside of the project", source.span, outside=True)
    if not claims:
        return NoCode("the path of its code is not known", source.span)
    there = [one for one in claims if is_folder(tree, one.folder)]
    main = next((one for one in there if holds(tree, one.folder, handler, one.prefix)), None)
    if main is None and (not there or not build.complete or any(one.commands for one in claims)):
        return NoCode(f"the folder {claims[0].folder} does not show its module", source.span, claims[0].folder)
    main = main or there[0]
    others = tuple(one.folder for one in there if not one.prefix and one.folder != main.folder)
    return Code(main.folder, build, main.packaged, others, main.prefix, main.value.span)


def _first(source: Value) -> Value | None:
    """Return the first path of ``source_path``."""
    value = source.items[0] if isinstance(source, Items) and source.items else source
    entry = value.entries.get("path") if isinstance(value, Entries) else None
    return entry.value if entry is not None else value


def packed_layer(tree: Tree, call: Resource, source: Value) -> tuple[str | None, str, Build]:
    """Return the folder that ``source_path`` packs into a layer, if any, where it lands, and what is installed."""
    claims, build = _plan(tree, call, source)
    main = next((one for one in claims if is_folder(tree, one.folder) and not one.file), None)
    return (main.folder, main.prefix, build) if main is not None else (None, "", build)


def _plan(tree: Tree, call: Resource, source: Value) -> tuple[list[_Claim], Build]:
    values = source.items[:MAX_CLAIMS] if isinstance(source, Items) else (source,)
    claims: list[_Claim] = []
    manifests: list[Manifest] = []
    complete = not isinstance(source, Items) or source.complete
    for value in values:
        claim, asked, known = _claim(tree, call.module, value)
        manifests += asked
        complete = complete and known
        if claim is not None:
            claims.append(claim)
    return claims, Build(tuple(dict.fromkeys(manifests)), complete=complete)


def _claim(tree: Tree, module: Module, value: Value) -> tuple[_Claim | None, list[Manifest], bool]:
    """Return what a path, or an object with one, packs and installs, and whether that is all."""
    if isinstance(value, Scalar) and not is_null(value):
        path = located(tree, value, module)
        if path is None:
            return None, [], False
        if path in tree:
            folder, _, name = path.rpartition("/")
            return _Claim(folder, value, packaged=("!**", name), file=True), [], True
        return _Claim(path, value), list(_beside(tree, path)), True
    if not isinstance(value, Entries):
        return None, [], False
    parts = {name: entry.value for name, entry in value.entries.items() if not is_null(entry.value)}
    path = located(tree, parts.get("path"), module)
    asked, known = _asked(tree, module, parts, path)
    prefix = (text_of(parts.get("prefix_in_zip")) or "").strip("/")
    commands = "commands" in parts
    known = known and not commands and value.complete and ("path" not in parts or path is not None)
    if path is None:
        return None, asked, known
    if path in tree:
        folder, _, name = path.rpartition("/")
        return _Claim(folder, parts["path"], prefix, ("!**", name), True, commands), asked, known
    patterns = tuple(_patterns(parts.get("patterns")))
    return _Claim(path, parts["path"], prefix, patterns, False, commands), asked, known


def _asked(tree: Tree, module: Module, parts: dict[str, Value], path: str | None) -> tuple[list[Manifest], bool]:
    """Return what an object installs, and whether that is all."""
    found: list[Manifest] = []
    known = True
    asked = parts.get("pip_requirements")
    if asked is not None:
        named = text_of(asked)
        file = f"{path}/requirements.txt".lstrip("/") if truth_of(asked) and path is not None else None
        if truth_of(asked) is None:
            file = located(tree, asked, module)
            if file is not None and is_folder(tree, file):
                file = f"{file}/requirements.txt".lstrip("/")
        if truth_of(asked) is not False:
            known = named is not None and file is not None and file in tree
            found += [Manifest(file, asked.span)] if known and file is not None else []
    for setting in ("poetry_install", "uv_install"):
        if setting in parts and truth_of(parts[setting]) is not False:
            file = f"{path}/pyproject.toml".lstrip("/")
            known = known and file in tree
            found += [Manifest(file, parts[setting].span)] if file in tree else []
    return found, known


def _beside(tree: Tree, folder: str) -> Iterator[Manifest]:
    """Yield the manifests that are taken by their names from a folder that is packed whole."""
    project = f"{folder}/pyproject.toml".lstrip("/")
    backend = _BACKEND.search(tree.read(project) or b"")
    name = backend[1] if backend is not None else b""
    if name == b"uv" or f"{folder}/uv.lock".lstrip("/") in tree:
        yield Manifest(project)
        return
    requirements = f"{folder}/requirements.txt".lstrip("/")
    if requirements in tree:
        yield Manifest(requirements)
    if name == b"poetry":
        yield Manifest(project)


def _patterns(value: Value | None) -> Iterator[str]:
    """Yield what ``patterns``, regular expressions of whole paths, mean as globs; those of another form do nothing."""
    if isinstance(value, Scalar):
        lines = (text_of(value) or "").splitlines()
    else:
        lines = [text_of(one) or "" for one in value.items] if isinstance(value, Items) else []
    for line in lines[:MAX_PATTERNS]:
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        mark, body = ("!", written[1:]) if written.startswith("!") else ("", written)
        parts = re.sub(r"\\([.\-_/])", r"\1", body).split("/")
        glob = "/".join(_glob(part) for part in parts)
        if not any(_META.search(part) or ".*" in part[1:] for part in parts) and understood(mark + glob):
            yield mark + glob


def _glob(part: str) -> str:
    """Return a part of a path's regular expression as a glob; ``.*`` at its start spans folders."""
    if part == ".*":
        return "**"
    return f"**/*{part[2:]}" if part.startswith(".*") else part


def creates_function(call: Resource) -> bool:
    """Tell whether a call of the module makes a function, as far as it is known."""
    wanted = all(truth_of(call.argument(name)) is not False for name in ("create", "create_function"))
    return wanted and truth_of(call.argument("create_layer")) is not True
