"""The explanation of one line, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Guard, Phase, Removal, Severity
from lambdalint.output import json_report
from lambdalint.output.escape import escape
from lambdalint.output.frame import draw, split_source
from lambdalint.output.lifetime_words import hole_words, lifetime_words
from lambdalint.output.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Answer, Effect, ExplainedCall, ExplainedEffect, Explanation, Step

VERSION = 1
_SKIPPED = frozenset({Removal.ON_SUCCESS, Removal.SOMETIMES})
_GUARDS = {
    Guard.FALLBACK: "the code goes on by another way where it fails",
    Guard.EXIST_OK: "nothing happens where the directory exists",
    Guard.MAYBE: "other values of the path, or other branches, lead elsewhere",
    Guard.SELECTED: "configuration that is not known selects it",
    Guard.REPEATED: "another call uses the same name, and is reported instead",
    Guard.CHECKED: "a test, or a handler for the absence of the file, comes before",
    Guard.PROVIDED: "the function itself may have made the file",
    Guard.IDLE: "the call does nothing, for the runtime has done that before",
}


def render_text(explanation: Explanation, *, color: bool = False) -> str:
    """Return the explanation for people; *color* adds the escape sequences of a terminal."""
    style = Style(color)
    if not explanation.calls:
        return f"{escape(explanation.path)}:{explanation.line}: {escape(explanation.note)}\n"
    lines = split_source(explanation.source)
    return "\n".join(_call(call, lines, style) for call in explanation.calls)


def _call(call: ExplainedCall, lines: list[str], style: Style) -> str:
    drawn = [style.strong(escape(str(call.span))), *draw(lines, call.span, Severity.INFO, style)]
    for explained in call.effects:
        drawn.append("")
        drawn += _effect(explained, style)
    return "\n".join(drawn) + "\n"


def _effect(explained: ExplainedEffect, style: Style) -> Iterator[str]:
    effect = explained.effect
    place = effect.place
    yield f"  {style.strong(f'{_kind(effect)} {escape(place.path)}')}"
    for aspect, words in _facts(explained):
        yield f"    {style.quiet((f'{aspect}:' if aspect else '').ljust(13))}{escape(words)}"
    yield f"    {style.quiet('the way:')}"
    yield from (f"      {style.quiet(escape(str(step.span)) + ':')} {escape(step.text)}" for step in effect.chain)
    for answer in explained.answers:
        yield f"    {_answer(answer, style)}"


def _kind(effect: Effect) -> str:
    return effect.kind.value.replace("_", " ")


def _facts(explained: ExplainedEffect) -> Iterator[tuple[str, str]]:
    effect = explained.effect
    place = effect.place
    default = ", by the library's default" if effect.defaulted else ""
    yield "call", f"{effect.callee}{default}"
    written = f", written as {place.expression}" if place.expression != place.path else ""
    yield "place", f"{place.base.value}{written}"
    for hole in dict.fromkeys(place.holes):
        yield "", hole_words(hole)
    when = "at import, once in an environment" if effect.phase is Phase.INIT else "in each invocation"
    yield "function", f"{', '.join(explained.functions)} ({when}: {effect.entry})"
    yield from lifetime_words(effect)
    for guard in sorted(effect.guards):
        yield "guard", _GUARDS[guard]


def _answer(answer: Answer, style: Style) -> str:
    if answer.severity is None:
        return f"{answer.code} {style.quiet('silent:')} {escape(answer.text)}"
    sure = "" if answer.confidence in {None, Confidence.HIGH} else f" (confidence: {answer.confidence.value})"
    hidden = f" [hidden: {answer.hidden}]" if answer.hidden else ""
    head = style.severity(f"{answer.code} {answer.severity.value}:", answer.severity)
    return f"{head} {escape(answer.text)}{sure}{hidden}"


def render_json(explanation: Explanation) -> str:
    """Return the explanation as a JSON object in ASCII."""
    return json_report.dump(
        {
            "version": VERSION,
            "tool": explanation.tool,
            "path": explanation.path,
            "line": explanation.line,
            "note": explanation.note or None,
            "calls": [
                {
                    "line": call.span.line,
                    "column": call.span.column,
                    "end_line": call.span.end_line,
                    "end_column": call.span.end_column,
                    "effects": [_object(explained) for explained in call.effects],
                }
                for call in explanation.calls
            ],
        }
    )


def _object(explained: ExplainedEffect) -> dict[str, object]:
    effect = explained.effect
    return {
        "kind": effect.kind.value,
        "callee": effect.callee,
        "base": effect.place.base.value,
        "place": effect.place.path,
        "written": effect.place.expression,
        "holes": [
            {"kind": hole.kind.value, "origin": hole.origin, "confined": hole.confined} for hole in effect.place.holes
        ],
        "defaulted": effect.defaulted,
        "functions": list(explained.functions),
        "entry_point": str(effect.entry),
        "phase": effect.phase.value,
        "guards": sorted(guard.value for guard in effect.guards),
        "trace": [_step(step) for step in effect.chain],
        "lifetime": _lifetime(effect),
        "size": effect.size,
        "rules": [_rule(answer) for answer in explained.answers],
    }


def _step(step: Step | None) -> dict[str, object] | None:
    if step is None:
        return None
    return {"path": step.span.path, "line": step.span.line, "column": step.span.column, "text": step.text}


def _lifetime(effect: Effect) -> dict[str, object] | None:
    lifetime = effect.lifetime
    if lifetime is None:
        return None
    return {
        "varies": lifetime.varies or None,
        "cached": lifetime.cached,
        "removed": lifetime.removed.value,
        "skipped": _step(lifetime.skipped) if lifetime.removed in _SKIPPED else None,
        "stored": _step(lifetime.stored),
        "fetched": _step(lifetime.fetched),
        "escapes": _step(lifetime.escapes),
        "read_back": lifetime.read_back,
        "read_by": [_step(step) for step in lifetime.read_by],
        "words": [f"{aspect}: {words}" for aspect, words in lifetime_words(effect)],
    }


def _rule(answer: Answer) -> dict[str, object]:
    return {
        "code": answer.code,
        "name": answer.name,
        "reports": answer.reports,
        "severity": answer.severity.value if answer.severity else None,
        "confidence": answer.confidence.value if answer.confidence else None,
        "text": answer.text,
        "hidden": answer.hidden or None,
    }
