"""The folder that an archive is made of, and what of it the archive holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.handlers import module_file
from lambdalint.deployment.package_patterns import understood
from lambdalint.deployment.terraform.project_files import in_project, is_marked
from lambdalint.deployment.terraform.settings import nested
from lambdalint.deployment.terraform.values import Items, Scalar, Unknown, text_of
from lambdalint.deployment.zipped_folder import is_folder, zipped_folder
from lambdalint.model import Build, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.deployment.terraform.expression import Heredoc
    from lambdalint.deployment.terraform.module import Module, Resource
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Span

MAX_PATTERNS = 200
MAX_SOURCES = 200
ARCHIVE = "archive_file"
_OBJECTS = ("aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy")


class Code(msgspec.Struct, frozen=True):
    """A folder that is packed.

    ``renamed`` is the module of the handler as the folder has it, where the archive names it otherwise; ``inline`` is
    the text of the module where it stands in the configuration.
    """

    folder: str
    build: Build
    packaged: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    prefix: str = ""
    span: Span | None = None
    renamed: str | None = None
    inline: Heredoc | None = None
    confidence: str = "high"


class NoCode(msgspec.Struct, frozen=True):
    """Why there is no folder; ``hint`` is the path of the archive, which something else makes."""

    reason: str
    span: Span
    hint: str = ""
    outside: bool = False


class Archives:
    """The archives of a project, by what refers to them and by their paths."""

    def __init__(self, tree: Tree, modules: Iterable[Module]) -> None:
        self._tree = tree
        self._by_path: dict[str, Resource] = {}
        self._objects: dict[str, Resource] = {}
        for module in modules:
            for mode in ("data", "resource"):
                for archive in module.resources(mode, ARCHIVE):
                    path = _path(archive.argument("output_path"), module)
                    if path is not None:
                        self._by_path.setdefault(path, archive)
            for kind in _OBJECTS:
                for stored in module.resources("resource", kind):
                    key = text_of(stored.argument("key"))
                    if key is not None:
                        self._objects.setdefault(key, stored)

    def of_file(self, value: Value, module: Module, handler: list[str]) -> Code | NoCode:
        """Return what the archive at the path *value* is made of; *handler* is the handler's module."""
        resource = value.origin.resource if isinstance(value, (Scalar, Unknown)) and value.origin is not None else None
        if resource is not None and resource.kind == ARCHIVE:
            return archive_code(self._tree, resource, handler)
        text = text_of(value)
        if text is None:
            return NoCode(
                "the path of its archive is not known", value.span, value.text if isinstance(value, Unknown) else ""
            )
        path = _path(value, module)
        if path is None:
            return NoCode("its code lies outside of the project", value.span, text, outside=not is_marked(text))
        archive = self._by_path.get(path)
        if archive is not None:
            return archive_code(self._tree, archive, handler)
        if path.endswith(".py") and path in self._tree:
            return _one_file(path, value.span)
        reason = f"its code is in an archive, {path}" if path in self._tree else "something else makes its archive"
        return NoCode(reason, value.span, path)

    def of_object(self, value: Value, module: Module, handler: list[str]) -> Code | NoCode:
        """Return what the archive in the object with the key *value* is made of."""
        resource = value.origin.resource if isinstance(value, (Scalar, Unknown)) and value.origin is not None else None
        if resource is None or resource.kind not in _OBJECTS:
            resource = self._objects.get(text_of(value) or "")
        source = resource.argument("source") if resource is not None else None
        if source is not None and resource is not None:
            return self.of_file(source, resource.module, handler)
        return NoCode("its code is uploaded by something else", value.span, text_of(value) or "")


def _path(value: Value | None, module: Module) -> str | None:
    """Return a path of the configuration as one of the project."""
    text = text_of(value)
    return in_project(text, module.root) if text is not None else None


def located(tree: Tree, value: Value | None, module: Module) -> str | None:
    """Return the file or folder of the project at the path *value*.

    Relative paths start where Terraform runs; that is the root of the project where its tool is told another folder.
    """
    text = text_of(value)
    if text is None:
        return None
    found = [path for start in dict.fromkeys((module.root, "")) if (path := in_project(text, start)) is not None]
    return next((path for path in found if path in tree or is_folder(tree, path)), found[0] if found else None)


def archive_code(tree: Tree, archive: Resource, handler: list[str]) -> Code | NoCode:
    """Return what an ``archive_file`` is made of."""
    module = archive.module
    folder, file = archive.argument("source_dir"), archive.argument("source_file")
    if folder is not None:
        return _folder(tree, archive, folder)
    if file is not None:
        path = located(tree, file, module)
        if path is None or path not in tree:
            outside = path is None and text_of(file) is not None
            return NoCode("the file of its code is not in the project", file.span, path or "", outside=outside)
        return _one_file(path, file.span)
    found = list(_sources(archive))
    if not found:
        return NoCode("its archive names no files", archive.block.span)
    return _assembled(tree, archive, found, handler)


def _folder(tree: Tree, archive: Resource, value: Value) -> Code | NoCode:
    path = located(tree, value, archive.module)
    if path is None:
        known = text_of(value) is not None
        reason = "its code lies outside of the project" if known else "the folder of its code is not known"
        return NoCode(reason, value.span, "" if known or not isinstance(value, Unknown) else value.text, outside=known)
    if not is_folder(tree, path):
        return NoCode(f"the folder {path} is not in the project", value.span, path)
    build = zipped_folder(tree, path)
    if archive.module.configuration.runs_commands:
        build = replace(build, complete=False)
    return Code(path, build, tuple(_excluded(archive.argument("excludes"))), span=value.span)


def _excluded(value: Value | None) -> Iterator[str]:
    """Yield the patterns of what ``excludes`` leaves out: paths from the folder, or globs of them."""
    for item in value.items[:MAX_PATTERNS] if isinstance(value, Items) else ():
        text = (text_of(item) or "").removeprefix("./").strip("/")
        for pattern in (f"!{text}", f"!{text}/**"):
            if text and understood(pattern) and not text.startswith("!"):
                yield pattern


def _one_file(path: str, span: Span) -> Code:
    folder, _, name = path.rpartition("/")
    return Code(folder, Build(complete=True), ("!**", name), span=span)


def _sources(archive: Resource) -> Iterator[tuple[str, Value]]:
    """Yield the names and contents of the single files that an archive is put together of."""
    name, content = archive.argument("source_content_filename"), archive.argument("source_content")
    if content is not None:
        yield text_of(name) or "", content
    blocks, _ = nested(archive, "source")
    for block in blocks[:MAX_SOURCES]:
        inner = block.argument("content")
        if inner is not None:
            yield text_of(block.argument("filename")) or "", inner


def _assembled(tree: Tree, archive: Resource, sources: list[tuple[str, Value]], handler: list[str]) -> Code | NoCode:
    """Return the code of an archive of single files: the folder that they lie in as they do in the archive."""
    wanted = "/".join(handler) + ".py"
    target, content = next((one for one in sources if one[0].removeprefix("./") == wanted), sources[0])
    heredoc = content.heredoc if isinstance(content, (Scalar, Unknown)) else None
    if heredoc is not None and target.endswith(".py"):
        return Code("", Build(complete=True), span=content.span, inline=heredoc)
    path = content.file if isinstance(content, Unknown) else None
    if path is None or path not in tree:
        return NoCode("the file of its code is not known", content.span)
    folder = path.removesuffix(f"/{target}") if path.endswith(f"/{target}") else path.rpartition("/")[0]
    if path == target:
        folder = ""
    above = f"{folder}/" if folder else ""
    files = [one.file for _, one in sources if isinstance(one, Unknown) and one.file is not None]
    names = (file[len(above) :] for file in files if file.startswith(above))
    renamed = None
    if target == wanted and not path.endswith(f"/{target}") and path != target:
        renamed = path.rpartition("/")[2].removesuffix(".py")
    return Code(folder, Build(complete=True), ("!**", *names), span=content.span, renamed=renamed)


def holds(tree: Tree, folder: str, module: list[str], prefix: str = "") -> bool:
    """Tell whether *folder*, which lands at *prefix*, brings the file of a handler's *module*."""
    above = [part for part in prefix.split("/") if part]
    if module[: len(above)] != above or len(module) == len(above):
        return False
    return module_file(tree, folder, module[len(above) :]) is not None
