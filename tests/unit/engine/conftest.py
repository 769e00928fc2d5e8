"""Stand-ins of a few lines each: the engine is tested for what it does with their results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import lambdalint.deployment
import lambdalint.flow
import lambdalint.rules
from lambdalint.model import (
    Base,
    Confidence,
    Effect,
    EffectKind,
    EntryPoint,
    Family,
    Finding,
    Function,
    Phase,
    Place,
    Problem,
    RuleMeta,
    Settings,
    Severity,
    Span,
    Step,
    Tree,
)
from lambdalint.model.flow_result import Evaluation, FunctionResult
from lambdalint.model.watched import Watched
from lambdalint.rules.definition import RuleDefinition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdalint.catalogue import Catalogue
from lambdalint.deployment import explicit


class OpenRule(RuleDefinition):
    meta = RuleMeta(
        "LMB102", "an-open", Family.READ_ONLY, Severity.ERROR, Confidence.HIGH, "Flags every open().", "0.1.0"
    )


class RiskyRule(RuleDefinition):
    meta = RuleMeta(
        "LMB301", "risky", Family.GROWTH, Severity.INFO, Confidence.LOW, "Flags every open() softly.", "0.1.0"
    )


def evaluations(
    tree: Tree,
    functions: Sequence[Function],
    catalogue: Catalogue,
    settings: Settings,
    known: Sequence[Mapping[int, int]],
) -> list[Evaluation | None]:
    """Every ``open(`` in the handler's module is an effect; a module with ``explode`` raises."""
    del catalogue
    watched = Watched(tree)
    found: list[Evaluation | None] = []
    for function, spent in zip(functions, known, strict=True):
        asked = watched.begin()
        result = None if spent else _result(watched, function)
        found.append(None if result is None else Evaluation(result, settings.max_steps, asked))
    return found


def _result(tree: Tree, function: Function) -> FunctionResult:
    module, _, name = (function.handler or "").rpartition(".")
    path = "/".join(part for part in (function.code_root, module + ".py") if part)
    content: bytes | None
    if function.inline is not None:
        path, content = function.inline.virtual_path, function.inline.text.encode()
    else:
        content = tree.read(path)
    if content is None:
        return FunctionResult()
    text = content.decode("utf-8", "replace")
    if "explode" in text:
        raise RuntimeError(f"cannot analyse\n{function.name}")
    if "(:" in text:
        broken = Problem(Span.point(path, 1), "cannot be parsed: invalid syntax")
        return FunctionResult(broken=(broken,), modules=(path,))
    entry = EntryPoint(function.name, module, name, Phase.INVOKE)
    effects: list[Effect] = []
    for number, line in enumerate(text.split("\n"), 1):
        for match in re.finditer(r"open\([^)]*\)", line):
            span = Span(path, number, match.start() + 1, number, match.end() + 1)
            chain = (Step(Span.point(path, 1), f"{function.name} is invoked"), Step(span, "opens"))
            effects.append(
                Effect(EffectKind.WRITE, Place(Base.TASK), "builtins.open", span, chain, Phase.INVOKE, entry)
            )
    return FunctionResult(tuple(effects), (entry,), modules=(path,))


def judge(
    path: str,
    text: str,
    effects: Iterable[Effect],
    rules: Iterable[type[RuleDefinition]],
    options: Mapping[str, Mapping[str, object]],
) -> list[Finding]:
    """Each rule flags each effect; a file with ``confuse`` raises."""
    del options
    if "confuse" in text:
        raise ValueError(f"cannot judge {path}")
    return [
        Finding(
            rule.meta.code,
            rule.meta.name,
            "an open",
            rule.meta.severity,
            rule.meta.confidence,
            effect.span,
            (effect.entry.function,),
            effect.chain,
        )
        for effect in effects
        for rule in rules
    ]


def finding_cannot_parse(problem: Problem) -> Finding:
    return Finding("LMB900", "cannot-parse", problem.message, Severity.ERROR, Confidence.HIGH, problem.span)


def registry() -> Mapping[str, type[RuleDefinition]]:
    return {rule.meta.code: rule for rule in (OpenRule, RiskyRule)}


@pytest.fixture(autouse=True)
def pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-ins in place of flow and rules."""
    stand_ins: dict[str, Callable[..., object]] = {
        "judge": judge,
        "finding_cannot_parse": finding_cannot_parse,
        "registry": registry,
        "codes": lambda: tuple(registry()),
    }
    for name, function in stand_ins.items():
        monkeypatch.setattr(lambdalint.rules, name, function)
    monkeypatch.setattr(lambdalint.flow, "evaluations", evaluations)
    monkeypatch.setattr(lambdalint.deployment, "read", lambda *given: explicit.read(*given[:3]))
