"""The parameters in a route's address: their names, and whether they may hold a separator."""

from __future__ import annotations

import re

_LONGEST = 500
_GREEDY = frozenset({"path", "re", "rest_of_path"})
_CONVERTERS = frozenset({"string", "str", "int", "float", "path", "uuid", "any", "slug", "default", "regex"})
_FILTERS = frozenset({"path", "int", "float"})
_PLAIN = re.compile(
    r"<(?:(?P<converter>[A-Za-z_]\w*)(?:\([^)]*\))?:)?(?P<name>[A-Za-z_]\w*)(?::(?P<filter>[a-z_]+)[^>]*)?>"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?P<plus>\+)?(?::(?P<type>\w+)[^}]*)?\}"
)
_GROUP = re.compile(r"\(\?P<([A-Za-z_]\w*)>")
_REPETITION = re.compile(r"[*+{]")
_MOST_REPETITIONS = 8
_MOST_GROUPS = 3
"""More could take time that grows with a power of the text's length."""
_SEVERAL_FOLDERS = ("a/b", "../a", "a/../b", "1/2", "/a", "a-b/c.d")


def parameters(address: str) -> dict[str, bool]:
    """Return the names in an address, each with whether it is confined to one part of a path.

    The address is written as Flask, Django (also as a regular expression), Starlette, Chalice, Bottle or Powertools
    write it.
    """
    address = address[:_LONGEST]
    found: dict[str, bool] = {}
    for match in _GROUP.finditer(address):
        found[match[1]] = not _takes_separator(_inside(address, match.end()))
    for match in _PLAIN.finditer(address):
        if address[max(match.start() - 2, 0) : match.start()] == "?P":
            continue
        kind = match["converter"] or match["type"] or ""
        name = match["name"] or match["braced"]
        if match["filter"]:
            kind = match["filter"]
        elif name in _FILTERS and kind and kind not in _CONVERTERS:
            # Bottle writes the name first.
            name, kind = kind, name
        found[name] = kind not in _GREEDY and not match["plus"]
    return found


def groups(address: str) -> list[bool]:
    """Return for each unnamed group of a regular expression whether what it takes is confined."""
    found: list[bool] = []
    position = 0
    address = address[:_LONGEST]
    while (position := address.find("(", position)) >= 0:
        escaped = address[max(position - 1, 0) : position] == "\\"
        if not escaped and address[position + 1 : position + 2] != "?":
            inside = _inside(address, position + 1)
            found.append(not _takes_separator(inside))
            position += len(inside)
        position += 1
    return found


def _inside(address: str, start: int) -> str:
    """Return what a group holds that starts here."""
    depth = 1
    position = start
    while position < len(address):
        character = address[position]
        if character == "\\":
            position += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                break
        position += 1
    return address[start:position]


def _takes_separator(pattern: str) -> bool:
    """Tell whether a pattern may match a text with a separator; of one with many repetitions this is assumed."""
    if len(_REPETITION.findall(pattern)) > _MOST_REPETITIONS or pattern.count("(") > _MOST_GROUPS:
        return True
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return True
    return any(compiled.fullmatch(sample) for sample in _SEVERAL_FOLDERS)


def is_strict(pattern: str) -> bool:
    """Tell whether a pattern that a value has to match lets no separator in."""
    anchored = pattern.startswith("^") and pattern.endswith("$")
    return anchored and len(pattern) <= _LONGEST and not _takes_separator(pattern[1:-1])
