"""LMB508 handler-not-found."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.handlers import locate, module_file
from lambdalint.deployment.web_program import MODULE
from lambdalint.model import Confidence, Family, RuleMeta, Severity, Tree
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.wording import shown
from lambdalint.syntax.module_names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Function, Span
    from lambdalint.rules.template_rule import Declared

_TEMPLATES = frozenset({"sam", "cloudformation", "serverless", "cdk", "terraform", "genezio"})
_WRAPPERS = frozenset(
    # Modules that a build plugin, or a layer of a vendor, puts before the function's own handler.
    {"wsgi_handler", "datadog_lambda", "newrelic_lambda_wrapper", "lumigo_tracer", "serverless_sdk", "s_wrapper"}
)


class HandlerNotFound(TemplateRule):
    """Reports a handler that a template names and that the function's code does not have.

    ## What it does

    Reports functions whose handler names a module that is not in the code's folder, or a name that the module
    does not define. Both are told only where the project shows it: the code lies in the project, no Makefile
    builds it, no requirement or layer may bring the module, and the module binds no names in ways that cannot be
    read (`from x import *`, `globals()`, `__getattr__`).

    ## Why it fails on Lambda

    The deployment succeeds. The first invocation ends with `Runtime.ImportModuleError: Unable to import module`,
    or with `Runtime.HandlerNotFound`, and so does every other one.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src
          Handler: app.lambda_handler
          Runtime: python3.13
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src
          Handler: app.handler
          Runtime: python3.13
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ## Options

    None.

    ## Known limits

    Modules of images are not looked for, as images are built in too many ways; names in them are. A module that
    is generated before the deployment, and is not in the repository, is reported where other modules lie beside
    it.
    """

    meta = RuleMeta(
        code="LMB508",
        name="handler-not-found",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a handler that a template names and that the function's code does not have.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that states such a handler."""
        entered = {entry.function for entry in declared.entry_points}
        found: defaultdict[tuple[Span, _Reason], list[Function]] = defaultdict(list)
        for function in declared.functions:
            is_declared = function.declared_by in _TEMPLATES and function.confidence == "high"
            if function.name in entered or not is_declared or not function.handler:
                continue
            reason = _reason(declared, function, function.handler)
            if reason is not None:
                found[function.room.span_of("handler") or function.source, reason].append(function)
        for (span, reason), functions in found.items():
            yield self.finding_on(reason.headline, span, reason.advice, functions, confidence=reason.confidence)


class _Reason(msgspec.Struct, frozen=True):
    """Why a handler is not found, and what to do."""

    headline: str
    advice: str
    confidence: Confidence


def _reason(declared: Declared, function: Function, handler: str) -> _Reason | None:
    if function.inline is not None:
        return _undefined(declared, function.inline.virtual_path, handler, "the code", handler.rpartition(".")[2])
    located = locate(declared.tree, function)
    if located is None or "." in located[1]:
        return _absent(declared.tree, function, handler)
    path, name = located
    return _undefined(declared, path, handler, shown(path), name)


def _undefined(declared: Declared, path: str, handler: str, where: str, name: str) -> _Reason | None:
    """Return the reason where the module at *path* does not define *name*; one without names only holds a place."""
    if name == MODULE:
        return None
    text = declared.text_of(path)
    names = names_of(text.encode("utf-8", "replace")) if text is not None else None
    if not names or name in names:
        return None
    meant = get_close_matches(name, sorted(names), n=1, cutoff=0.5)
    advice = f"name what it defines, such as {shown(meant[0])}" if meant else "name a function that it defines"
    headline = f"names the handler {shown(handler)}, and {where} defines no {shown(name)}"
    return _Reason(headline, advice, Confidence.HIGH)


def _absent(tree: Tree, function: Function, handler: str) -> _Reason | None:
    """Return the reason where no module of the handler's name is in the package."""
    *folders, name = [part for part in handler.replace("/", ".").split(".")[:-1] if part] or [""]
    folder = Tree.join(function.code_root, "/".join(folders))
    if not name or folder is None or _may_come_from_elsewhere(tree, function, handler):
        return None
    left_out = module_file(tree, function.code_root, [*folders, name])
    if left_out is not None:
        headline = f"names the handler {shown(handler)}, whose module {shown(left_out)} the package leaves out"
        return _Reason(headline, "let the package include it", Confidence.MEDIUM)
    root = f"the folder {shown(function.code_root)}" if function.code_root else "the code's folder"
    headline = f"names the handler {shown(handler)}, whose module {root} does not hold"
    beside = _modules_in(tree, folder)
    meant = get_close_matches(name, beside, n=1)
    if meant:
        advice = f"name a module that is there, such as {shown('.'.join([*folders, meant[0]]))}"
        return _Reason(headline, advice, Confidence.HIGH)
    elsewhere = [path for path in tree.named(f"{name}.py") if path.endswith("/".join([*folders, name]) + ".py")]
    if len(elsewhere) == 1:
        advice = f"let the code's folder be the one that {shown(elsewhere[0])} is imported from"
        return _Reason(headline, advice, Confidence.HIGH if beside else Confidence.MEDIUM)
    return _Reason(headline, "name a module that is there", Confidence.MEDIUM) if beside else None


def _modules_in(tree: Tree, folder: str) -> list[str]:
    """Return the names of the modules that lie directly in *folder*."""
    above = f"{folder}/" if folder else ""
    inside = (path.removeprefix(above) for path in tree.named("*.py") if path.startswith(above))
    return sorted(name.removesuffix(".py") for name in inside if "/" not in name)


def _may_come_from_elsewhere(tree: Tree, function: Function, handler: str) -> bool:
    """Tell whether a build, a layer or a requirement may bring the module of the *handler*."""
    top = re.split(r"[./]", handler.lstrip("./"))[0]
    build, room = function.build, function.room
    if room.package_type == "image" or build.make is not None or build.elsewhere is not None or top in _WRAPPERS:
        return True
    if any(layer.directory is None for layer in room.layers):
        return True
    spelled = re.compile(re.escape(top).replace("_", "[-_.]").encode(), re.IGNORECASE)
    manifests = (tree.read(manifest.path) or b"" for manifest in build.manifests)
    asked = (requirement.written.encode() for requirement in build.requirements)
    return any(spelled.search(text) for text in (*manifests, *asked))
