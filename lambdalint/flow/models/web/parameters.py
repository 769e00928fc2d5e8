"""What a web framework calls a route with: parts of the address, the request, and what the request holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.facts import ir
from lambdalint.flow import calls, imports, objects
from lambdalint.flow.containers import elements, new_mapping, set_item
from lambdalint.flow.models.web import addresses
from lambdalint.flow.models.web.declared_types import alias_of, evaluated, is_safe, last_name, named, typed
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Atom,
    Bound,
    Class,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Opaque,
    Partial,
    Text,
    Value,
    Wrapped,
    text,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.site import Route
    from lambdalint.flow.store import Changes

_REQUESTS = {
    "django": "django.http.HttpRequest", "drf": "rest_framework.request.Request",
    "starlette": "starlette.requests.Request", "falcon": "falcon.Request", "litestar": "litestar.Request",
}  # fmt: skip
_DEEPEST = 4
_WRAPS = "<wraps>"


def call_route(machine: Machine, route: Route) -> Value:
    """Call a route's function as its framework does; of a view class, with an instance made for the request."""
    function = route.function
    if function is None:
        return UNKNOWN
    receiver: Atom | None = None
    callee: Value = (function,)
    if isinstance(route.view, Class):
        receiver = _view(machine, route)
        found = objects.attribute(machine, (receiver,), route.method)
        callee = tuple(atom for atom in found if not isinstance(atom, (Opaque, ExternalMethod))) or (
            Bound(function, receiver),
        )
    arguments = _arguments(machine, route, is_bound=receiver is not None or isinstance(function, Bound))
    return calls.call(machine, callee, arguments)


def start(machine: Machine, route: Route) -> Value:
    """Run what runs when an application starts; of a generator, what it leaves where it yields is what counts."""
    result = call_route(machine, route)
    for atom in result:
        if not isinstance(atom, GeneratorCall):
            continue
        mark = machine.store.mark()
        left: list[Changes] = []

        def on_yield(value: Value, mark: int = mark, left: list[Changes] = left) -> Value:
            left.append(machine.store.changes(mark))
            return NOTHING

        calls.run_generator(machine, atom, on_yield)
        if left:
            machine.store.undo(mark)
            machine.store.apply(left[0])
    return result


def _view(machine: Machine, route: Route) -> Instance:
    assert isinstance(route.view, Class)
    instance: Instance | None = None
    if objects.class_attribute(machine, route.view.uid, "__init__"):
        made = objects.construct(machine, route.view, calls.Arguments(rest=UNKNOWN, others=UNKNOWN))
        instance = next((atom for atom in made if isinstance(atom, Instance)), None)
    instance = instance or machine.new_instance(route.view)
    if route.calling in ("django", "drf"):
        keywords = new_mapping(machine)
        for name, is_confined in addresses.parameters(route.path or "").items():
            set_item(machine, keywords, text(name), _from_address(name, is_confined=is_confined))
        machine.store.set(instance.uid, "kwargs", keywords)
        machine.store.set(instance.uid, "request", _request(machine, route.calling))
    return instance


def _request(machine: Machine, calling: str) -> Value:
    return (ExternalObject(_REQUESTS[calling], machine.store.new_uid()),)


def _from_address(name: str, *, is_confined: bool) -> Value:
    return (Opaque(Hole(HoleKind.REQUEST, name, confined=is_confined)),)


def signature_of(machine: Machine, atom: Atom) -> Function | None:
    """Return the function whose parameters a framework sees: what ``functools.wraps`` names, if there is one."""
    for _ in range(_DEEPEST * 2):
        if isinstance(atom, (Bound, Partial, Wrapped)):
            atom = atom.function
            continue
        if not isinstance(atom, Function):
            return None
        inner = machine.store.get(atom.scope, f"{_WRAPS} {atom.index}") or ()
        found = next((one for one in inner if isinstance(one, (Function, Bound, Partial, Wrapped))), None)
        if found is None:
            return atom
        atom = found
    return None


def _arguments(machine: Machine, route: Route, *, is_bound: bool) -> calls.Arguments:
    signature = signature_of(machine, route.function) if route.function is not None else None
    facts = machine.facts_of(signature) if signature is not None else None
    if facts is None or signature is None:
        return calls.Arguments(rest=machine.request("request"))
    bound = is_bound or isinstance(route.function, Bound)
    parameters = [one for one in facts.parameters if one.kind not in ("args", "kwargs")]
    if bound and signature.owner:
        parameters = parameters[1:]
    in_address = addresses.parameters(route.path or "")
    is_known = route.path is not None and "{...}" not in route.path
    if route.calling in ("django", "drf", "starlette", "falcon"):
        return _requested(machine, route, signature, parameters, in_address)
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    for parameter in parameters:
        if parameter.name in in_address and route.calling in ("flask", "chalice"):
            value: Value | None = _from_address(parameter.name, is_confined=in_address[parameter.name])
        elif is_known and route.calling in ("flask", "chalice"):
            # Not from the request: a decorator gives it, or its default holds.
            value = None
        else:
            value = _value(machine, route, signature, parameter, in_address)
        if value is None:
            continue
        if parameter.kind == "positional":
            positional.append(value)
        else:
            keywords[parameter.name] = value
    return calls.Arguments(tuple(positional), keywords)


def _requested(
    machine: Machine,
    route: Route,
    function: Function,
    parameters: list[ir.Parameter],
    in_address: dict[str, bool],
) -> calls.Arguments:
    """The request comes first, then what the address holds: by name, or by position where it has no names."""
    first = _request(machine, route.calling)
    if route.verbs == "WEBSOCKET":
        first = (ExternalObject("starlette.websockets.WebSocket", machine.store.new_uid()),)
    if route.calling == "starlette" or route.method in ("get_queryset", "get_context_data", "get_object"):
        return calls.Arguments((first,) if route.calling == "starlette" else (), others=())
    if route.calling == "drf" and route.method.startswith("perform_"):
        return calls.Arguments(((ExternalObject("rest_framework.serializers.Serializer", machine.store.new_uid()),),))
    if route.method in ("form_valid", "form_invalid"):
        return calls.Arguments(((ExternalObject("django.forms.Form", machine.store.new_uid()),),))
    positional: list[Value] = [first]
    if route.calling == "falcon":
        positional.append((ExternalObject("falcon.Response", machine.store.new_uid()),))
    keywords = {name: _from_address(name, is_confined=confined) for name, confined in in_address.items()}
    taken = {parameter.name for parameter in parameters[: len(positional)]}
    if not keywords:
        for number, confined in enumerate(addresses.groups(route.path or "")):
            name = parameters[number + 1].name if number + 1 < len(parameters) else f"group {number + 1}"
            positional.append(_from_address(name, is_confined=confined))
    for parameter in parameters[len(positional) :]:
        if parameter.name in keywords and is_safe(parameter.annotation):
            keywords[parameter.name] = _from_address(parameter.name, is_confined=True)
    return calls.Arguments(tuple(positional), {k: v for k, v in keywords.items() if k not in taken})


def _value(
    machine: Machine,
    route: Route,
    function: Function,
    parameter: ir.Parameter,
    in_address: dict[str, bool],
    depth: int = 0,
) -> Value | None:
    """Return a parameter's value where the framework looks at its name, its type and its default."""
    name, annotation = parameter.name, parameter.annotation
    default = machine.store.get(function.scope, f"<default {function.index} {name}>")
    dependency = _dependency(machine, function.scope, annotation, default)
    if dependency is not None:
        return _resolved(machine, route, dependency, annotation, function.scope, in_address, depth)
    is_confined = in_address.get(name, False) or _has_strict_pattern(annotation, default, machine)
    hole = Hole(HoleKind.REQUEST, name, confined=is_confined)
    if annotation is None:
        return _untyped(machine, route, name, hole)
    return typed(machine, function.scope, annotation, hole)


def _untyped(machine: Machine, route: Route, name: str, hole: Hole) -> Value:
    if name == "request":
        kind = "fastapi.Request" if route.calling in ("fastapi", "middleware", "hook") else "django.http.HttpRequest"
        return (ExternalObject("litestar.Request" if route.calling == "litestar" else kind, machine.store.new_uid()),)
    if route.calling in ("hook", "middleware", "lifespan"):
        return (Opaque(Hole(HoleKind.UNKNOWN, name)),)
    return (Opaque(hole),)


def _dependency(machine: Machine, scope: int, annotation: ir.Expr | None, default: Value | None) -> Value | None:
    """Return what ``Depends`` names, as the default or in the annotation; ``()`` where that is the type itself."""
    found = next(
        (atom for atom in default or () if isinstance(atom, ExternalObject) and atom.type == "fastapi.Depends"), None
    )
    if found is None and isinstance(annotation, ir.Subscript) and last_name(annotation.value) == "Annotated":
        inner = annotation.index.items if isinstance(annotation.index, ir.Seq) else (annotation.index,)
        for part in inner[1:]:
            if isinstance(part, ir.Call) and last_name(part.func) in ("Depends", "Security"):
                return evaluated(machine, scope, part.args[0]) if part.args else ()
    if found is None and annotation is not None:
        named = [atom for value in alias_of(machine, scope, annotation)[1:] for atom in value]
        found = next(
            (atom for atom in named if isinstance(atom, ExternalObject) and atom.type == "fastapi.Depends"), None
        )
    if found is None:
        return None
    dependency = machine.store.get(found.uid, "<dependency>") or UNKNOWN
    return () if dependency == UNKNOWN else dependency


def _resolved(
    machine: Machine,
    route: Route,
    dependency: Value,
    annotation: ir.Expr | None,
    scope: int,
    in_address: dict[str, bool],
    depth: int,
) -> Value:
    """Call a dependency, with parameters of its own."""
    if not dependency and annotation is not None:
        dependency = named(machine, scope, imports.annotation_name(annotation) or "")
    if depth >= _DEEPEST:
        return UNKNOWN
    called: Value = ()
    for atom in dependency:
        callee: Atom = atom
        inner = atom
        if isinstance(atom, Class):
            made = objects.class_attribute(machine, atom.uid, "__init__")
            inner = next((one for one in made if isinstance(one, Function)), atom)
        if isinstance(atom, Instance):
            made = objects.class_attribute(machine, atom.cls, "__call__")
            inner = next((one for one in made if isinstance(one, Function)), atom)
        signature = signature_of(machine, inner)
        facts = machine.facts_of(signature) if signature is not None else None
        keywords: dict[str, Value] = {}
        for parameter in facts.parameters if facts is not None else ():
            if parameter.kind in ("args", "kwargs") or (parameter.name == "self" and signature and signature.owner):
                continue
            value = _value(machine, route, signature, parameter, in_address, depth + 1) if signature else None
            if value is not None:
                keywords[parameter.name] = value
        result = calls.call(machine, (callee,), calls.Arguments((), keywords))
        called = (*called, *(_yielded(machine, result) or UNKNOWN))
    return tuple(dict.fromkeys(called)) or UNKNOWN


def _yielded(machine: Machine, result: Value) -> Value:
    """Return what a dependency gives that is written with ``yield``."""
    if any(isinstance(atom, GeneratorCall) for atom in result):
        return elements(machine, result)
    return result


def _has_strict_pattern(annotation: ir.Expr | None, default: Value | None, machine: Machine) -> bool:
    """Tell whether ``Query(pattern=...)`` and its kin keep separators out."""
    for atom in default or ():
        if isinstance(atom, ExternalObject):
            for value in machine.store.get(atom.uid, "<pattern>") or ():
                if isinstance(value, Text):
                    return addresses.is_strict(value.text)
    if isinstance(annotation, ir.Subscript) and isinstance(annotation.index, ir.Seq):
        for part in annotation.index.items[1:]:
            if isinstance(part, ir.Call):
                for name, given in part.keywords:
                    if name in ("pattern", "regex") and isinstance(given, ir.Const) and isinstance(given.value, str):
                        return addresses.is_strict(given.value)
    return False
