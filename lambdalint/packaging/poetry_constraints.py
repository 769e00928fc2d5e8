"""Turns the version constraints of Poetry into those of PEP 440.

The language: https://python-poetry.org/docs/dependency-specification/#version-constraints, and ``parse_constraint`` in
https://github.com/python-poetry/poetry-core/blob/main/src/poetry/core/constraints/version/parser.py.
"""

from __future__ import annotations

import re

MAX_LENGTH = 500

_AND = re.compile(r"(?<!^)(?<![\^~=>< ,]) *(?<!-)[, ](?!-) *(?!,|$)")
_ANY = re.compile(r"v?[xX*](?:\.[xX*])*")
_SINGLE = re.compile(r"(?P<op>\^|~=?|[<>=!]=?|<>)?\s*(?P<version>[^\s*]+?)(?P<wild>(?:\.\*)+)?")


def to_specifier(constraint: str) -> str | None:
    """Return the PEP 440 specifier of *constraint*; None if it is malformed, or a union of ranges."""
    if len(constraint) > MAX_LENGTH or "|" in constraint:
        return None
    parts = []
    for single in _AND.split(constraint.strip().rstrip(",").rstrip()):
        part = _single(single.strip())
        if part is None:
            return None
        parts.append(part)
    return ",".join(part for part in parts if part)


def python_marker(constraint: str) -> str:
    """Return the marker for a *constraint* on the version of Python; an empty text if it cannot be told."""
    alternatives = []
    for alternative in re.split(r"\|\|?", constraint[:MAX_LENGTH]):
        specifier = to_specifier(alternative)
        if not specifier:
            return ""
        clauses = []
        for clause in specifier.split(","):
            match = re.fullmatch(r"([<>=!~]=?)(.+)", clause)
            if match is None:
                return ""
            name = "python_full_version" if match[2].rstrip(".*").count(".") > 1 else "python_version"
            clauses.append(f'{name} {match[1]} "{match[2]}"')
        alternatives.append(" and ".join(clauses))
    return " or ".join(alternatives)


def _single(constraint: str) -> str | None:
    from packaging.version import InvalidVersion, Version

    if _ANY.fullmatch(constraint):
        return ""
    match = _SINGLE.fullmatch(constraint)
    if match is None:
        return None
    try:
        version = Version(match["version"])
    except InvalidVersion:
        return None
    operator, release = match["op"] or "==", list(version.release)
    if match["wild"] and (version.is_prerelease or version.is_postrelease):
        return None
    if operator in {"^", "~"} or (operator == "~=" and len(release) < 2):
        if match["wild"]:
            return None
        kept = _caret(release) if operator == "^" else min(len(release), 2)
        upper = [*release[: kept - 1], release[kept - 1] + 1, *[0 for _ in release[kept:]]]
        epoch = f"{version.epoch}!" if version.epoch else ""
        return f">={version},<{epoch}{'.'.join(map(str, upper))}"
    if operator in {"=", "=="}:
        return f"=={version}.*" if match["wild"] else f"=={version}"
    if operator == "!=":
        return f"!={version}.*" if match["wild"] else f"!={version}"
    if operator in {"<>", "!", "~"}:
        return None
    return f"{operator}{version}"


def _caret(release: list[int]) -> int:
    """Return how many numbers of *release* a caret keeps, with the one that is raised for the upper bound."""
    if release[0] > 0 or len(release) == 1:
        return 1
    return 2 if release[1] > 0 or len(release) == 2 else 3
