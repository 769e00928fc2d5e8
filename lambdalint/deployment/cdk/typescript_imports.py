"""Reads the imports and exports of a TypeScript file from its tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.typescript_bodies import FARTHEST_TYPE
from lambdalint.model import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.cdk.typescript_tokens import Tokens

SUFFIXES = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")

_RELATIVE = re.compile(r"\.\.?(/|$)")


class Import(msgspec.Struct, frozen=True):
    """A *name* that is bound to what a *module* calls *exported*: "" for all of it, ``default``, or a name."""

    name: str
    module: str
    exported: str


def imports(tokens: Tokens, at: int) -> tuple[Import, ...]:
    """Return what ``import * as x from "m"`` or ``import { a as b } from "m"`` binds, which starts at a position."""
    behind = at + 1
    if tokens.text(behind) == "type" and tokens.text(behind + 1) != "from":
        behind += 1
    names: list[tuple[str, str]] = []
    for _ in range(FARTHEST_TYPE):
        text = tokens.text(behind)
        if text == "*" and tokens.text(behind + 1) == "as":
            names.append(("", tokens.text(behind + 2)))
            behind += 3
        elif text == "{":
            names.extend(names_between(tokens, behind))
            behind = tokens.partner[behind] + 1
        elif text == "from" and tokens.kind(behind + 1) == "string":
            return tuple(Import(inner, tokens.listed[behind + 1].text, outer) for outer, inner in names)
        elif text == "," or tokens.kind(behind) == "name":
            if text != ",":
                names.append(("default", text))
            behind += 1
        else:
            break
    return ()


def passed_on(tokens: Tokens, at: int) -> tuple[Import, ...]:
    """Return what ``export { a as b } from "m"`` passes on; for ``export * from "m"`` an import without a name."""
    text = tokens.text(at + 1)
    if text == "*" and tokens.text(at + 2) == "from" and tokens.kind(at + 3) == "string":
        return (Import("", tokens.listed[at + 3].text, ""),)
    if text != "{":
        return ()
    end = tokens.partner[at + 1]
    if tokens.text(end + 1) != "from" or tokens.kind(end + 2) != "string":
        return ()
    module = tokens.listed[end + 2].text
    return tuple(Import(inner, module, outer) for outer, inner in names_between(tokens, at + 1))


def names_between(tokens: Tokens, at: int) -> Iterator[tuple[str, str]]:
    """Yield the names between two braces, with what they are called outside first (``a as b``, ``a: b``)."""
    end = tokens.partner[at]
    position = at + 1
    tokens.spend(end - at)
    while position < end:
        if tokens.kind(position) != "name":
            position += 1
            continue
        outer = tokens.text(position)
        if outer == "type" and tokens.kind(position + 1) == "name":
            position += 1
            continue
        if tokens.text(position + 1) in {"as", ":"} and tokens.kind(position + 2) == "name":
            position += 2
        yield outer, tokens.text(position)
        position += 1


def python_name(name: str) -> str:
    """Return a module of Node as Python names it: ``aws-cdk-lib/aws-lambda`` is ``aws_cdk.aws_lambda``."""
    name = name.removeprefix("node:")
    if name in {"aws-cdk-lib", "@aws-cdk/core", "aws-cdk-lib/core"}:
        return "aws_cdk"
    for prefix in ("@aws-cdk/", "aws-cdk-lib/"):
        if name.startswith(prefix):
            return "aws_cdk." + name.removeprefix(prefix).replace("-", "_").replace("/", ".")
    return name


def module_paths(importer: str, module: str) -> tuple[str, ...]:
    """Return the files that a relative *module* may be, as the file *importer* names it; none for another one."""
    base = Tree.join(importer.rpartition("/")[0], module) if _RELATIVE.match(module) else None
    if base is None:
        return ()
    stem = re.sub(r"\.([cm]?)js$", r".\1ts", base)
    paths = (stem, base, *(f"{base}{end}" for end in SUFFIXES), *(f"{base}/index{end}" for end in SUFFIXES))
    return tuple(path for path in paths if path.endswith(SUFFIXES))
