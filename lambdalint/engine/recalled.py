"""What is recalled of functions and files: by which key, and what of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.engine.recall import digest_of
from lambdalint.model import Finding
from lambdalint.model.flow_result import FunctionResult, budgets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdalint.engine.judgement import FileTask, Judgement
    from lambdalint.engine.reach import Outcome
    from lambdalint.engine.recall import Recall
    from lambdalint.model import Function, Settings

_FUNCTION = "function"
_FILE = "file"


def recall_function(recall: Recall, function: Function, settings: Settings) -> Mapping[int, FunctionResult]:
    """Return what is known of a function, by the steps that it was given."""
    key = _key_of_function(function, settings)
    if key is None:
        return {}
    known = {steps: recall.get(_FUNCTION, f"{key}|{steps}", FunctionResult) for steps in budgets(settings.max_steps)}
    return {steps: result for steps, result in known.items() if result is not None}


def keep_outcome(recall: Recall, functions: Sequence[Function], outcome: Outcome, settings: Settings) -> None:
    """Remember what became of functions that were evaluated together."""
    for function, alone in zip(functions, outcome.apart, strict=False):
        keep_outcome(recall, (function,), alone, settings)
    for function, evaluation in zip(functions, outcome.evaluations, strict=False):
        key = None if evaluation is None else _key_of_function(function, settings)
        if evaluation is not None and key is not None:
            recall.keep(_FUNCTION, f"{key}|{evaluation.budget}", FunctionResult, evaluation.asked, evaluation.result)


def _key_of_function(function: Function, settings: Settings) -> str | None:
    try:
        return digest_of(function, settings.sizes)
    except ValueError:
        return None


def recall_judgement(recall: Recall, task: FileTask) -> tuple[Finding, ...] | None:
    """Return what the rules find in a file, or None if that is not known."""
    key = _key_of_file(task)
    return None if key is None else recall.get(_FILE, key, tuple[Finding, ...])


def keep_judgement(recall: Recall, task: FileTask, judgement: Judgement) -> None:
    """Remember what the rules find in a file, unless one of them has failed."""
    key = _key_of_file(task)
    if key is not None and judgement.is_whole:
        recall.keep(_FILE, key, tuple[Finding, ...], judgement.asked, judgement.findings)


def _key_of_file(task: FileTask) -> str | None:
    try:
        return digest_of(task.path, task.inline, task.effects, task.rules, dict(task.options))
    except (ValueError, TypeError):
        return None
