"""The configuration of each folder: its blocks by what they declare, each parsed when it is asked for."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.deployment.terraform.expression import Block, Literal
from lambdalint.deployment.terraform.json_syntax import read_json
from lambdalint.deployment.terraform.source_file import RawBlock, read_file
from lambdalint.deployment.terraform.syntax import parse_block, parse_body
from lambdalint.model import Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.deployment.terraform.expression import Argument
    from lambdalint.deployment.terraform.source_file import SourceFile

MAX_FILES = 3_000
MAX_PARSED = 6_000_000
MAX_STAGES = 20
"""Bounds of a project: files, characters that are parsed; and of a folder, files with values of variables."""

_LAMBDA = re.compile(rb"lambda", re.IGNORECASE)
_LOCAL_CALL = re.compile(rb"source\"?[ \t]*[=:][ \t]*\"\.{1,2}/")
_SOURCE = re.compile(r"^[ \t]*source[ \t]*=[ \t]*\"(\.{1,2}(?:/[^\"\n$]*)?)\"", re.MULTILINE)
_COMMANDS = re.compile(r"\"local-exec\"|^data[ \t]+\"external\"", re.MULTILINE)
JSON = ".tf.json"
SUFFIXES = (".tf", ".tofu", JSON)


class Configurations:
    """The folders of *tree* that hold configurations which may declare functions, or call those that do."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.value_files = tuple(path for path in tree.files if path.endswith(".tfvars"))
        self._parsed: dict[tuple[str, int], Block | None] = {}
        self._characters = 0
        by_folder: dict[str, list[str]] = defaultdict(list)
        for path in tree.files:
            if path.endswith(SUFFIXES) and not path.endswith(("_override.tf", "_override.tf.json")):
                by_folder[path.rpartition("/")[0]].append(path)
        relevant: list[str] = []
        calling: list[str] = []
        for directory, paths in by_folder.items():
            contents = [tree.read(path) or b"" for path in paths]
            if any(_LAMBDA.search(content) for content in contents):
                relevant.append(directory)
            elif any(_LOCAL_CALL.search(content) for content in contents):
                calling.append(directory)
        paths = [path for directory in (*relevant, *calling) for path in by_folder[directory]] if relevant else []
        if len(paths) > MAX_FILES:
            message = f"more than {MAX_FILES} files of Terraform; the rest is not read"
            self.problems.append(Problem(Span.point(paths[MAX_FILES]), message))
        files: dict[str, list[SourceFile]] = defaultdict(list)
        given: dict[str, list[Block]] = defaultdict(list)
        for path in paths[:MAX_FILES]:
            if path.endswith(JSON):
                blocks, problems = read_json(tree, path)
                given[path.rpartition("/")[0]] += blocks
                self.problems += problems
                continue
            file = read_file(tree, path)
            if file is not None:
                files[path.rpartition("/")[0]].append(file)
                if file.problem is not None:
                    self.problems.append(file.problem)
        self.folders = {
            directory: Configuration(self, directory, files[directory], given[directory])
            for directory in sorted({*files, *given})
        }

    def parse(self, file: SourceFile, raw: RawBlock) -> Block | None:
        """Return a block of *file*, parsed; None, with a problem, where it is not valid."""
        key = file.path, raw.start
        if key not in self._parsed:
            self._parsed[key] = self._known(parse_block(file, raw)) if self._may_parse(file, raw) else None
        return self._parsed[key]

    def values(self, path: str) -> dict[str, Argument]:
        """Return what the file *path* of the kind ``terraform.tfvars`` sets."""
        file = read_file(self.tree, path)
        if file is None or not self._may_parse(file, RawBlock("", (), 0, len(file.text))):
            return {}
        if file.problem is not None:
            self.problems.append(file.problem)
            return {}
        block = self._known(parse_body(file))
        return block.arguments if block is not None else {}

    def _known(self, parsed: Block | Problem) -> Block | None:
        if isinstance(parsed, Problem):
            self.problems.append(parsed)
            return None
        return parsed

    def _may_parse(self, file: SourceFile, raw: RawBlock) -> bool:
        before = self._characters
        self._characters += raw.end - raw.start
        if self._characters <= MAX_PARSED:
            return True
        if before <= MAX_PARSED:
            line, column = file.position(raw.start)
            message = f"more than {MAX_PARSED:,} characters of Terraform; the rest is not read"
            self.problems.append(Problem(Span.point(file.path, line, column), message))
        return False


class Configuration:
    """The files of one folder.

    ``called`` are the folders of the project that it calls as modules; ``runs_commands`` tells that commands may fill
    folders before they are archived.
    """

    def __init__(
        self,
        configurations: Configurations,
        directory: str,
        files: Iterable[SourceFile],
        read: Iterable[Block] = (),
    ) -> None:
        self.directory = directory
        self.path = ""
        self.mentions_lambda = False
        self._configurations = configurations
        self._blocks: dict[tuple[str, ...], tuple[SourceFile, RawBlock] | Block] = {}
        self._local_blocks: list[tuple[SourceFile, RawBlock] | Block] = []
        self._locals: dict[str, Argument] | None = None
        self.runs_commands = False
        self.called: set[str] = set()
        for file in files:
            self.path = self.path or file.path
            self.mentions_lambda = self.mentions_lambda or "lambda" in file.text.lower()
            self.runs_commands = self.runs_commands or _COMMANDS.search(file.text) is not None
            for raw in file.blocks:
                if raw.kind == "module":
                    match = _SOURCE.search(file.blanked, raw.start, raw.end)
                    callee = Tree.join(directory, match[1]) if match is not None else None
                    if callee is not None:
                        self.called.add(callee)
                if raw.kind == "locals":
                    self._local_blocks.append((file, raw))
                else:
                    self._blocks.setdefault((raw.kind, *raw.labels), (file, raw))
        for block in read:
            self._add(block)

    def _add(self, block: Block) -> None:
        """Add a *block* that is parsed already."""
        self.path = self.path or block.span.path
        self.mentions_lambda = True
        self.runs_commands = self.runs_commands or bool(block.nested("provisioner"))
        source = block.value("source") if block.kind == "module" else None
        callee = source.value if isinstance(source, Literal) else None
        folder = Tree.join(self.directory, callee) if isinstance(callee, str) and callee.startswith(".") else None
        if folder is not None:
            self.called.add(folder)
        if block.kind == "locals":
            self._local_blocks.append(block)
        else:
            self._blocks.setdefault((block.kind, *block.labels), block)

    def _parsed(self, found: tuple[SourceFile, RawBlock] | Block) -> Block | None:
        return found if isinstance(found, Block) else self._configurations.parse(*found)

    def block(self, *address: str) -> Block | None:
        """Return the block with this type and these labels, or None."""
        found = self._blocks.get(address)
        return self._parsed(found) if found is not None else None

    def declares(self, *address: str) -> bool:
        """Tell whether there is a block with this type and these labels."""
        return address in self._blocks

    def labels(self, kind: str, *first: str) -> Iterator[tuple[str, ...]]:
        """Yield the labels of the blocks of *kind* that start with the labels *first*."""
        for address in self._blocks:
            if address[0] == kind and address[1 : 1 + len(first)] == first:
                yield address[1:]

    def local(self, name: str) -> Argument | None:
        """Return the local value *name*."""
        if self._locals is None:
            self._locals = {}
            for found in self._local_blocks:
                block = self._parsed(found)
                for key, argument in block.arguments.items() if block is not None else ():
                    self._locals.setdefault(key, argument)
        return self._locals.get(name)

    def given(self) -> dict[str, Argument]:
        """Return the values of variables that the folder's own files set: they count where Terraform runs here."""
        found: dict[str, Argument] = {}
        above = f"{self.directory}/" if self.directory else ""
        files = self._configurations.value_files
        own = [path for path in files if path.startswith(above) and "/" not in path[len(above) :]]
        automatic = [path for path in own if path.endswith(".auto.tfvars")]
        for path in (f"{above}terraform.tfvars", *automatic):
            if path in own:
                found.update(self._configurations.values(path))
        return found

    def stages(self) -> list[dict[str, Argument]]:
        """Return what each of the files sets that Terraform is told to take, such as one for each stage."""
        above = f"{self.directory}/" if self.directory else ""
        paths = [path for path in self._configurations.value_files if path.startswith(above)]
        told = [path for path in paths if not path.endswith((".auto.tfvars", "/terraform.tfvars"))]
        return [self._configurations.values(path) for path in told[:MAX_STAGES]]
