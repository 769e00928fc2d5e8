"""Django and its REST framework: patterns, views, routers, and what loading an application runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.flow import calls, imports, objects
from lambdalint.flow.containers import elements, known_lists
from lambdalint.flow.models.settings import of_module
from lambdalint.flow.models.web.registration import (
    ACTION,
    CALLABLES,
    VIEW,
    functions_of,
    literal,
    mark,
    mark_of,
    mount,
    owner_of,
    owners_of,
    path_text,
    register,
    register_viewset,
    verbs_of,
)
from lambdalint.flow.site import Route
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    NOTHING,
    UNKNOWN,
    Atom,
    Class,
    ExternalObject,
    Instance,
    Items,
    ListOf,
    Module,
    Opaque,
    Text,
    Value,
    texts_of,
)
from lambdalint.model import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdalint.flow.external_call import ExternalCall
    from lambdalint.flow.machine import Machine
    from lambdalint.flow.site import Owner

CALLING = "django"
VERBS_MARK = "<verbs>"
APPLICATION = "django.core.handlers.wsgi.WSGIHandler"
ROUTERS = tuple(
    f"rest_framework{package}.routers.{name}"
    for package in ("", "_nested", "_extensions")
    for name in ("DefaultRouter", "SimpleRouter", "NestedSimpleRouter", "NestedDefaultRouter", "ExtendedSimpleRouter")
)
_FILES = ("django.http.HttpRequest.FILES", "rest_framework.request.Request.FILES")
_UPLOADED = "django.core.files.uploadedfile.UploadedFile"
_DECORATORS = (
    "django.views.decorators.", "django.contrib.auth.decorators.", "django.contrib.admin.views.decorators.",
    "django.utils.decorators.", "rest_framework.decorators.", "django.db.transaction.atomic",
    "django.db.transaction.non_atomic_requests",
)  # fmt: skip
_VERB_DECORATORS = {
    "require_POST": "POST", "require_GET": "GET", "require_safe": "GET",
}  # fmt: skip
_HOOKS = ("process_request", "process_view", "process_response", "process_exception", "process_template_response")
_PATTERN = "django.urls.URLPattern"


def _path(call: ExternalCall) -> Value | None:
    """``path(route, view)``, where the view may be an inclusion; the module's patterns until another list takes it."""
    machine = call.machine
    uid = machine.store.new_uid()
    address = _address(path_text(call.argument("route@0") or call.argument("regex@0")) or "", call.method)
    view = call.argument("view@1") or ()
    included = [atom for atom in view if isinstance(atom, ExternalObject) and atom.type == "<include>"]
    if included:
        mount(machine, uid, owners_of(tuple(included)), address)
    else:
        for atom in _views(machine, view):
            verbs = literal(mark_of(machine, atom, VERBS_MARK)) or "ANY"
            calling = "drf" if mark_of(machine, atom, "<api view>") or _is_drf(machine, atom) else CALLING
            register(machine, uid, (atom,), Route(None, calling, verbs, address))
    if machine.frames:
        mount(machine, machine.frame.facts.path, [uid], "")
    return (ExternalObject(_PATTERN, uid),)


def _views(machine: Machine, view: Value) -> Iterator[Atom]:
    """Yield what a view may be; its dotted name was allowed once."""
    for atom in view:
        if isinstance(atom, Text) and "." in atom.text and not has_holes(atom.text):
            module, _, name = atom.text.rpartition(".")
            loaded = imports.load(machine, module, None)
            yield from imports.member(machine, loaded, name) if loaded is not None else ()
        else:
            yield atom


def _is_drf(machine: Machine, atom: Atom) -> bool:
    if isinstance(atom, ExternalObject) and atom.type == VIEW:
        return any(_is_drf(machine, one) for one in machine.store.get(atom.uid, "<class>") or ())
    return isinstance(atom, Class) and any(
        base.startswith("rest_framework") for base in machine.classes[atom.uid].external_bases
    )


def _address(route: str, kind: str) -> str:
    """Return an address with a slash at its start; the anchors of a regular expression are no part of it."""
    if kind != "path":
        route = route.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    return f"/{route.lstrip('/')}"


def _include(call: ExternalCall) -> Value | None:
    """``include(module)``, ``include(patterns)``, ``include((patterns, name))``: mounted by the ``path`` around it."""
    machine = call.machine
    uid = machine.store.new_uid()
    for atom in call.arguments.at_position(0) or ():
        given: Value = (atom,)
        if isinstance(atom, Items) and atom.items:
            given = atom.items[0]
        for one in given:
            if isinstance(one, Text) and not has_holes(one.text):
                module = imports.load(machine, one.text, None)
                if module is not None:
                    mount(machine, uid, [module.path], "")
            elif isinstance(one, Module):
                mount(machine, uid, [one.path], "")
            elif isinstance(one, (ListOf, Items)):
                _take(machine, uid, (one,))
            elif isinstance(one, ExternalObject):
                _take_part(machine, uid, one)
    return (ExternalObject("<include>", uid),)


def _take(machine: Machine, owner: Owner, patterns: Value) -> None:
    """Mount the patterns of a list, which are no longer patterns of their module by themselves."""
    parts = [atom for items in known_lists(machine, patterns) for value in items for atom in value]
    for atom in dict.fromkeys((*parts, *elements(machine, patterns))):
        if isinstance(atom, ExternalObject):
            _take_part(machine, owner, atom)


def _take_part(machine: Machine, owner: Owner, part: ExternalObject) -> None:
    if part.uid:
        source = machine.frame.facts.path if machine.frames else 0
        machine.site.move(part.uid, source, owner)


def _router_urls(machine: Machine, atom: Atom | None) -> Value:
    """``router.urls``: patterns of the module that asks for them, until an inclusion takes them."""
    owner = owner_of(atom) if atom is not None else 0
    if owner and machine.frames:
        mount(machine, machine.frame.facts.path, [owner], "")
    return (ExternalObject(_PATTERN, owner),) if isinstance(owner, int) else UNKNOWN


def _register_viewset(call: ExternalCall) -> Value | None:
    owner = owner_of(call.receiver) if call.receiver else 0
    prefix = (path_text(call.argument("prefix@0")) or "").strip("/^$")
    for atom in call.argument("viewset@1") or ():
        if isinstance(atom, Class):
            register_viewset(call.machine, owner, atom, f"/{prefix}/" if prefix else "/")
    return NOTHING


def _action(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    for keyword, name in (("detail", "<detail>"), ("methods", "<verbs>"), ("url_path", "<path>")):
        if keyword in call.arguments.keywords:
            call.machine.store.set(uid, name, call.arguments.keywords[keyword])
    return (ExternalObject(ACTION, uid),)


def _verbs_decorator(call: ExternalCall) -> Value | None:
    """``@require_http_methods([...])``, ``@api_view([...])``."""
    uid = call.machine.store.new_uid()
    given = call.argument("http_method_names@0") or call.argument("request_method_list@0")
    call.machine.store.set(uid, "<verbs>", (Text(verbs_of(call.machine, given, "GET")),))
    kind = "<api view>" if call.method == "api_view" else VERBS_MARK
    return (ExternalObject(kind, uid),)


def decorated(machine: Machine, decorator: Atom, name: str, value: Value) -> bool:
    """Remember what a decorator of Django says of a view; tell whether it is one that says something."""
    if name.rpartition(".")[2] in _VERB_DECORATORS and name.startswith(_DECORATORS):
        mark(machine, value, VERBS_MARK, (Text(_VERB_DECORATORS[name.rpartition(".")[2]]),))
        return True
    if not isinstance(decorator, ExternalObject) or decorator.type not in (ACTION, "<api view>", VERBS_MARK):
        return False
    mark(machine, value, decorator.type, (decorator,))
    if decorator.type != ACTION:
        mark(machine, value, VERBS_MARK, machine.store.get(decorator.uid, "<verbs>") or ())
    return True


def _keeping(call: ExternalCall) -> Value | None:
    """A decorator of views that is called: the view stays what it is."""
    given = call.arguments.at_position(0) or ()
    if call.method in ("user_passes_test", "method_decorator", "permission_required"):
        given = ()
    if any(isinstance(atom, (*CALLABLES, Class)) or _is_view(atom) for atom in given):
        name = call.method
        if name in _VERB_DECORATORS:
            mark(call.machine, given, VERBS_MARK, (Text(_VERB_DECORATORS[name]),))
        return given
    return (ExternalObject("<keeping>", call.machine.store.new_uid()),)


def _kept(call: ExternalCall) -> Value | None:
    return call.arguments.at_position(0) or UNKNOWN


def _is_view(atom: Atom) -> bool:
    return isinstance(atom, ExternalObject) and atom.type == VIEW


def find(name: str) -> Callable[[ExternalCall], Value | None] | None:
    """Return the model of a view's decorator."""
    return _keeping if name.startswith(_DECORATORS) and not name.endswith(".__call__") else None


def settings_of(machine: Machine) -> Module | None:
    """Return the module of the settings that the environment names."""
    value = machine.environment.get(machine, "DJANGO_SETTINGS_MODULE", ())
    for name in texts_of(value):
        if not has_holes(name):
            return imports.load(machine, name, None)
    return None


def _application(call: ExternalCall) -> Value | None:
    """Loading the application loads the settings, the installed applications, the middleware and the URLs."""
    machine = call.machine
    uid = machine.store.new_uid()
    settings = settings_of(machine)
    if settings is not None:
        of_module(call, settings)
        _set_up(machine, settings)
        for dotted in _names(machine, settings, "MIDDLEWARE"):
            _middleware(machine, uid, dotted)
        for name in texts_of(imports.member(machine, settings, "ROOT_URLCONF")):
            module = imports.load(machine, name, None) if not has_holes(name) else None
            if module is not None:
                mount(machine, uid, [module.path], "")
    return (ExternalObject(APPLICATION, uid),)


def _setup(call: ExternalCall) -> Value | None:
    settings = settings_of(call.machine)
    if settings is not None:
        of_module(call, settings)
        _set_up(call.machine, settings)
    return NOTHING


def _names(machine: Machine, settings: Module, variable: str) -> list[str]:
    value = imports.member(machine, settings, variable)
    held = [atom for items in known_lists(machine, value) for one in items for atom in one]
    return [text for text in texts_of((*held, *elements(machine, value))) if not has_holes(text)]


def _set_up(machine: Machine, settings: Module) -> None:
    """Import the models of each installed application, and run ``ready`` of its configuration."""
    for name in _names(machine, settings, "INSTALLED_APPS"):
        parts = name.split(".")
        if parts[-1][:1].isupper():
            module = imports.load(machine, ".".join(parts[:-1]), None)
            configurations = imports.member(machine, module, parts[-1]) if module is not None else ()
            package = ".".join(parts[:-2])
        else:
            package = name
            module = imports.load(machine, f"{name}.apps", None) if imports.load(machine, name, None) else None
            configurations = _configurations(machine, module) if module is not None else ()
        for atom in configurations:
            if isinstance(atom, Class):
                ready = objects.attribute(machine, (machine.new_instance(atom),), "ready")
                calls.call(machine, tuple(one for one in ready if isinstance(one, CALLABLES)), calls.Arguments())
        if package and imports.load(machine, package, None) is not None:
            imports.load(machine, f"{package}.models", None)


def _configurations(machine: Machine, module: Module) -> Value:
    scope = machine.module_scope(module)
    found = (atom for name in machine.store.names(scope) for atom in machine.store.get(scope, name) or ())
    return tuple(
        atom
        for atom in found
        if isinstance(atom, Class)
        and any(base.endswith(".AppConfig") for base in machine.classes[atom.uid].external_bases)
    )


def _middleware(machine: Machine, owner: Owner, dotted: str) -> None:
    name, _, last = dotted.rpartition(".")
    module = imports.load(machine, name, None) if name else None
    for atom in imports.member(machine, module, last) if module is not None else ():
        label = f"middleware {last}"
        if isinstance(atom, Class):
            found = functions_of(machine, atom)
            methods = [method for method in (*_HOOKS, "__call__") if method in found]
            for method in methods:
                route = Route(found[method], "hook", label, view=atom, method=method)
                machine.site.register(owner, route)
        elif isinstance(atom, CALLABLES):
            made = calls.call(machine, (atom,), calls.Arguments((UNKNOWN,)))
            register(machine, owner, made, Route(None, "hook", label))


def has_attribute(dotted: str) -> bool:
    """Tell whether a dotted name may be that of an attribute of a request, a router or the settings."""
    return (
        dotted in (*_FILES, f"{_UPLOADED}.name")
        or dotted.startswith("django.conf.settings.")
        or dotted.endswith(".urls")
    )


def attribute(machine: Machine, dotted: str, atom: Atom | None) -> Value | None:
    """Return what a request of Django holds, and the settings."""
    if dotted in _FILES:
        uid = machine.store.new_uid()
        machine.store.set(uid, "<elements>", (ExternalObject(_UPLOADED, machine.store.new_uid()),))
        return (ExternalObject("web.Files", uid),)
    if dotted == f"{_UPLOADED}.name":
        return (Opaque(Hole(HoleKind.REQUEST, "request.FILES[].name", confined=True)),)
    if dotted.startswith("django.conf.settings."):
        settings = settings_of(machine)
        if settings is not None:
            return imports.member(machine, settings, dotted.rpartition(".")[2])
    if dotted.endswith(".urls") and dotted.removesuffix(".urls") in ROUTERS and not isinstance(atom, Instance):
        return _router_urls(machine, atom)
    return None


_ROUTER_METHODS: dict[str, Callable[[ExternalCall], Value | None]] = {"register": _register_viewset}
OWNERS: dict[str, dict[str, Callable[[ExternalCall], Value | None]]] = dict.fromkeys(ROUTERS, _ROUTER_METHODS)
MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **dict.fromkeys(
        ("django.urls.path", "django.urls.re_path", "django.conf.urls.url", "django.urls.conf.path",
         "django.urls.conf.re_path"),
        _path,
    ),
    **dict.fromkeys(("django.urls.include", "django.conf.urls.include", "django.urls.conf.include"), _include),
    **dict.fromkeys(
        ("django.core.wsgi.get_wsgi_application", "django.core.asgi.get_asgi_application",
         "django.core.handlers.wsgi.WSGIHandler", "django.core.handlers.asgi.ASGIHandler",
         "configurations.wsgi.get_wsgi_application"),
        _application,
    ),
    "django.setup": _setup,
    "rest_framework.decorators.action": _action,
    "rest_framework.decorators.api_view": _verbs_decorator,
    "django.views.decorators.http.require_http_methods": _verbs_decorator,
    **{f"{kind}.__call__": _kept for kind in ("<keeping>", VERBS_MARK, "<api view>", ACTION)},
}  # fmt: skip
