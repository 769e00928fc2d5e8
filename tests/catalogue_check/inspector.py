"""Runs in the interpreter that has the library: compares claims with signatures, under the standard library alone.

Reads one JSON object from the standard input, ``{"paths": [...], "claims": [[name, [reference, ...], same_as], ...]}``,
and writes a list of ``[verdict, why]`` to the file that its argument names.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKED, CANNOT_TELL, WRONG, NOT_THERE, NOT_INSTALLED = "checked", "cannot tell", "wrong", "not there", "not installed"

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_PREPARATIONS = {
    "django": "from django.conf import settings; settings.configure(); import django; django.setup()",
    "rest_framework": "from django.conf import settings; settings.configure(); import django; django.setup()",
}
"""What has to run before a library can be imported in parts."""

_MADE = {
    "boto3.client": "import boto3; made = boto3.client({0!r}, region_name='eu-central-1')",
    "boto3.resource": "import boto3; made = boto3.resource({0!r}, region_name='eu-central-1')",
}
"""Factories whose results the catalogue names after their argument: ``boto3.client.s3`` is ``boto3.client('s3')``."""


class Unknowable(Exception):
    """The library does not show what it takes to decide."""


class Missing(Exception):
    """There is no such module or attribute."""


class NotInstalled(Exception):
    """The library cannot be found at all."""


@dataclass(frozen=True)
class Found:
    """A thing, and the class that it was found on; ``made`` tells that it belongs to an instance."""

    thing: Any
    owner: type | None = None
    made: bool = False


def _import(name: str) -> Any:
    """Import the module *name*; raise Missing if there is none, Unknowable if it cannot be imported here."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise Missing(f"no module {error.name}") from error
        raise Unknowable(f"{name} cannot be imported: {error}") from error
    except BaseException as error:  # libraries raise anything, and exit, when a dependency is not to their liking
        raise Unknowable(f"{name} cannot be imported: {type(error).__name__}: {error}"[:200]) from error


def resolve(name: str) -> Found:
    """Find what the dotted *name* stands for: the longest prefix is imported, the rest are attributes."""
    if "[]" in name or "*" in name:
        raise Unknowable("elements are known at run time")
    parts = name.split(".")
    if importlib.util.find_spec(parts[0]) is None:
        raise NotInstalled
    with contextlib.suppress(Exception):
        exec(_PREPARATIONS.pop(parts[0], ""), {})
    for count in range(len(parts), 0, -1):
        factory = _MADE.get(".".join(parts[:count]))
        if factory is not None and len(parts) > count:
            return _of_made(factory.format(parts[count]), parts[count + 1 :])
    found, rest, refused = Found(_import(parts[0])), parts[1:], None
    while rest and inspect.ismodule(found.thing):
        if not hasattr(found.thing, rest[0]):
            try:
                _import(f"{found.thing.__name__}.{rest[0]}")
            except Missing:
                break
            except Unknowable as error:
                refused = error
                break
        full = f"{found.thing.__name__}.{rest[0]}"
        value = getattr(found.thing, rest[0], sys.modules.get(full))
        if inspect.ismodule(value) and value.__name__ != full:
            with contextlib.suppress(Missing, Unknowable):
                value = _import(full)  # the attribute is a namesake of the module that an import statement finds
        found, rest = Found(value), rest[1:]
    if refused is not None:
        raise refused
    for number, part in enumerate(rest):
        found = _member(found, part, last=number == len(rest) - 1)
    return found


def _of_made(code: str, parts: list[str]) -> Found:
    scope: dict[str, Any] = {}
    try:
        exec(code, scope)
    except Exception as error:
        raise Missing(f"{code!r} raises {type(error).__name__}: {error}"[:200]) from error
    found = Found(scope["made"], type(scope["made"]), made=True)
    for number, part in enumerate(parts):
        if not hasattr(found.thing, part):
            raise Missing(f"{type(found.thing).__name__} has no {part}")
        found = Found(getattr(found.thing, part), type(found.thing), made=True)
        if number < len(parts) - 1 and callable(found.thing):
            found = _resource(found.thing, part)
    return found


def _resource(factory: Any, name: str) -> Found:
    """Call a factory of resources with as many identifiers as it asks for; what acts has a name in small letters."""
    for count in range(4) if name[:1].isupper() else ():
        with contextlib.suppress(Exception):
            made = factory(*["x"] * count)
            return Found(made, type(made), made=True)
    raise Unknowable(f"what {name} returns is known at run time")


def _member(found: Found, part: str, *, last: bool) -> Found:
    thing = found.thing
    if inspect.ismodule(thing):
        if getattr(thing, "__file__", None) is None and hasattr(thing, "__path__"):
            raise NotInstalled  # a namespace that several distributions share
        raise Missing(f"the module {thing.__name__} has no {part}")
    if not inspect.isclass(thing):
        if callable(thing) and not hasattr(thing, part):
            raise Unknowable(f"{getattr(thing, '__qualname__', thing)} is no class: its results are named after it")
        if hasattr(thing, part):
            return Found(getattr(thing, part), type(thing), made=True)
        raise Unknowable(f"{type(thing).__name__} may give its attributes at run time")
    try:
        inspect.getattr_static(thing, part)
    except AttributeError:
        with contextlib.suppress(Exception):
            return Found(getattr(thing, part), thing)
        if _set_on_instances(thing, part):
            raise Unknowable(f"{part} is set on instances of {thing.__qualname__}") from None
        raise Missing(f"{thing.__module__}.{thing.__qualname__} has no {part}") from None
    value = getattr(thing, part, None)
    if isinstance(inspect.getattr_static(thing, part), property) and not last:
        raise Unknowable(f"{part} is a property of {thing.__qualname__}")
    return Found(value, thing)


def _set_on_instances(thing: type, part: str) -> bool:
    assigned = re.compile(rf"\bself\.{re.escape(part)}\b\s*(?::[^=\n]+)?=|[\"']{re.escape(part)}[\"']")
    for base in thing.__mro__[:-1]:
        if part in getattr(base, "__annotations__", {}) or "__getattr__" in vars(base):
            return True
        with contextlib.suppress(OSError, TypeError):
            if assigned.search(inspect.getsource(base)):
                return True
    return False


def _parameters(found: Found, name: str) -> list[inspect.Parameter]:
    """Return the parameters that a caller gives; raise Unknowable where the library does not tell them."""
    thing = found.thing
    if not callable(thing):
        raise Unknowable(f"{type(thing).__name__} is not called")
    try:
        parameters = list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        parameters = _documented(thing, name.rpartition(".")[2])
        receiver = bool(parameters) and parameters[0].name == "self"
        return parameters[1:] if receiver else parameters
    if found.owner is not None and not found.made and not inspect.isclass(thing):
        static = inspect.getattr_static(found.owner, name.rpartition(".")[2], None)
        bound = not isinstance(static, (staticmethod, classmethod)) and not _is_unbound(found.owner, parameters)
        if bound and parameters and parameters[0].kind in _POSITIONAL:
            parameters = parameters[1:]
    return parameters


def _is_unbound(owner: type, parameters: list[inspect.Parameter]) -> bool:
    """Tell whether a function was put on a compiled class, to be called without a receiver."""
    names = [one.name for one in parameters]
    return type(owner).__module__ in ("nanobind", "pybind11_builtins") and names[:1] != ["self"]


def _documented(thing: Any, name: str) -> list[inspect.Parameter]:
    """Read the signature that a compiled function documents: ``imwrite(file, img[, how]) -> ok``."""
    found = re.search(rf"(?:^|[\s.]){re.escape(name)}\(([^()]*)\)", str(thing.__doc__ or ""))
    listed = re.sub(r"[\[\]]", "", found[1]).split(",") if found else []
    names = [re.split(r"[:=]", one)[0].strip() for one in listed]
    if not names or not all(one.isidentifier() for one in names) or len(set(names)) < len(names):
        raise Unknowable("no signature")
    return [inspect.Parameter(one, inspect.Parameter.POSITIONAL_OR_KEYWORD) for one in names]


def _compare(parameters: list[inspect.Parameter], reference: str) -> tuple[str, str]:
    name, _, place = reference.partition("@")
    positional = [one for one in parameters if one.kind in _POSITIONAL]
    kinds = {one.kind for one in parameters}
    shown = f"({', '.join(str(one.replace(annotation=one.empty)) for one in parameters)})"[:200]
    if place:
        position = int(place)
        if position < len(positional):
            one = positional[position]
            if not name or one.name == name or one.kind is inspect.Parameter.POSITIONAL_ONLY:
                return CHECKED, ""
            return WRONG, f"{reference}: position {position} is {one.name} of {shown}"
        if inspect.Parameter.VAR_POSITIONAL in kinds:
            return CANNOT_TELL, f"{reference}: {shown}"
        return WRONG, f"{reference}: {position} is no position of {shown}"
    if any(one.name == name for one in parameters):
        return CHECKED, ""
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return CANNOT_TELL, f"{reference}: {shown}"
    return WRONG, f"{reference}: no parameter of {shown}"


def _stands_for(one: type, other: type) -> bool:
    """Tell whether *one* is an *other* by its bases' names, or a variant of it, which has a base in common."""
    variant = one.__name__.endswith(other.__name__) or bool(set(one.__mro__) & set(other.__mro__) - {object})
    return variant or any(base.__name__ == other.__name__ for base in one.__mro__[:-1])


def _same(first: Found, second: Found) -> bool:
    one, other = first.thing, second.thing
    if one is other or getattr(one, "__wrapped__", one) is getattr(other, "__wrapped__", other):
        return True
    if isinstance(one, property) or isinstance(other, property):
        raise Unknowable("a property, whose value has the type")
    if inspect.isclass(other) and isinstance(one, other):
        return True
    if not callable(one) and not callable(other):
        one, other = type(one), type(other)
    if inspect.isclass(one) and inspect.isclass(other):
        return _stands_for(one, other) or _stands_for(other, one)
    if inspect.isclass(one) != inspect.isclass(other):
        raise Unknowable("a function that may make what the type says")
    return getattr(one, "__name__", None) == getattr(other, "__name__", ())


def judge(name: str, references: list[str], same_as: str) -> tuple[str, str]:
    """Compare one claim with what is installed."""
    try:
        found = resolve(name)
        if same_as:
            return (CHECKED, "") if _same(found, resolve(same_as)) else (WRONG, f"{found.thing} is another thing")
        verdicts = []
        for reference in references:
            if reference == "self":
                verdicts.append((CHECKED, "") if found.owner else (WRONG, "self: no method"))
            else:
                verdicts.append(_compare(_parameters(found, name), reference))
    except NotInstalled:
        return NOT_INSTALLED, ""
    except Missing as error:
        return NOT_THERE, str(error)
    except Unknowable as error:
        return CANNOT_TELL, str(error)
    except Exception as error:  # a library may fail at any touch
        return CANNOT_TELL, f"{type(error).__name__}: {error}"[:200]
    return next((one for kind in (WRONG, CANNOT_TELL) for one in verdicts if one[0] == kind), (CHECKED, ""))


def main() -> None:
    """Judge the claims of the standard input."""
    task = json.load(sys.stdin)
    sys.path[:0] = task["paths"]
    verdicts = [judge(*claim) for claim in task["claims"]]
    Path(sys.argv[1]).write_text(json.dumps(verdicts), encoding="utf-8")


if __name__ == "__main__":
    main()
