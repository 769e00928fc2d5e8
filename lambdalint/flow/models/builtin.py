"""Built-in functions and small parts of the standard library that compute values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.flow import calls, conditions, contexts, declarations, foreign, imports, objects
from lambdalint.flow.containers import new_list
from lambdalint.flow.instance_checks import is_instance
from lambdalint.flow.text import has_holes
from lambdalint.flow.values import (
    EITHER,
    FALSE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Bound,
    Class,
    External,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Nothing,
    Number,
    Opaque,
    Partial,
    Text,
    Value,
    Wrapped,
    bounded,
    confined,
    join,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall


def _text(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0)
    if value is None:
        return (Text(""),)
    result: Value = ()
    for atom in value:
        if isinstance(atom, Opaque):
            result = join(result, (atom,))
        elif isinstance(atom, Instance):
            method = objects.attribute(call.machine, (atom,), "__str__")
            result = join(result, calls.call(call.machine, method, calls.Arguments()) if method else UNKNOWN)
        elif isinstance(atom, Nothing):
            result = join(result, (Text("None"),))
        else:
            result = join(result, tuple(Text(text) for text in texts_of((atom,))))
    return bounded(result) or UNKNOWN


def _number(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0)
    if value is None:
        return (Number(0),)
    if len(value) == 1 and isinstance(value[0], Number):
        return (Number(int(value[0].value)) if call.method == "int" else value[0],)
    if len(value) == 1 and isinstance(value[0], Text) and value[0].text.strip().isdigit():
        return (Number(int(value[0].text)),)
    return confined(tuple(atom if isinstance(atom, Opaque) else UNKNOWN[0] for atom in value)) or UNKNOWN


def _bool(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0)
    return FALSE if value is None else conditions.with_origin(conditions.truth(call.machine, value), value)


def _cast(call: ExternalCall) -> Value | None:
    value, wanted = call.argument("val@1"), call.argument("typ@0") or ()
    if value is None:
        return UNKNOWN
    kinds: Value = ()
    for atom in wanted:
        kinds = join(kinds, declarations.named_type(call.machine, atom.text) if isinstance(atom, Text) else (atom,))
    return declarations.as_instance(call.machine, value, kinds)


def _isinstance(call: ExternalCall) -> Value | None:
    value, wanted = call.arguments.at_position(0), call.arguments.at_position(1)
    if not value or not wanted:
        return EITHER
    result: Value = ()
    for atom in value:
        result = join(result, is_instance(call.machine, atom, wanted))
    return result


def _getattr(call: ExternalCall) -> Value | None:
    owner, name = call.arguments.at_position(0), call.arguments.at_position(1)
    default = call.arguments.at_position(2)
    if owner is None or name is None:
        return UNKNOWN
    result: Value = ()
    for text in texts_of(name):
        if has_holes(text):
            return join(_methods_like(call, owner, text), UNKNOWN)
        result = join(result, objects.attribute(call.machine, owner, text))
    if not result:
        return default or UNKNOWN
    known = not any(isinstance(atom, (Opaque, ExternalMethod)) for atom in result)
    return result if known or default is None else join(result, default)


def _methods_like(call: ExternalCall, owner: Value, pattern: str) -> Value:
    """``getattr(self, f"handle_{action}")`` may be each method of that name's shape."""
    prefix = pattern[: next(number for number, character in enumerate(pattern) if has_holes(character))]
    if not prefix:
        return ()
    result: Value = ()
    for atom in owner:
        if isinstance(atom, Instance):
            for uid in call.machine.classes[atom.cls].linear:
                for name in call.machine.store.names(uid):
                    if name.startswith(prefix):
                        result = join(result, objects.attribute(call.machine, (atom,), name))
    return result


def _setattr(call: ExternalCall) -> Value | None:
    owner, name, value = (call.arguments.at_position(number) for number in range(3))
    if owner and name and value:
        for text in texts_of(name):
            if not has_holes(text):
                objects.set_attribute(call.machine, owner, text, value)
    return NOTHING


def _hasattr(call: ExternalCall) -> Value | None:
    """In an environment that has served invocations before, what some invocation sets is set."""
    machine = call.machine
    owners = call.arguments.at_position(0) or ()
    names = texts_of(call.arguments.at_position(1) or UNKNOWN)
    uids = [atom.uid for atom in owners if isinstance(atom, (Class, Instance))]
    if uids and len(uids) == len(owners) and len(names) == 1:
        machine.ledger.noted += 1  # the answer depends on which evaluation it is
        if machine.ledger.second and all(machine.store.get(uid, names[0]) for uid in uids):
            return TRUE
    return EITHER


def _type(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or ()
    if len(call.arguments.positional) == 1 and len(value) == 1 and isinstance(value[0], Instance):
        instance = value[0]
        return (Class(instance.cls, call.machine.classes[instance.cls].facts.name),)
    return UNKNOWN


_JSON_SCALARS = {"true": TRUE, "false": FALSE, "null": NOTHING}


def _parsed(call: ExternalCall) -> Value | None:
    """``json.loads`` of a literal ``true`` or number; anything else stays as unknown as its text."""
    value = call.argument("s@0") or UNKNOWN
    if len(value) == 1 and isinstance(value[0], Text):
        text = value[0].text.strip()
        return _JSON_SCALARS.get(text) or ((Number(int(text)),) if text.isascii() and text.isdigit() else None)
    return None


_TRUE_WORDS = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE_WORDS = frozenset({"n", "no", "f", "false", "off", "0", ""})


def _truth_of_word(call: ExternalCall) -> Value | None:
    value = call.arguments.at_position(0) or UNKNOWN
    if len(value) == 1 and isinstance(value[0], Text):
        word = value[0].text.strip().lower()
        if word in _TRUE_WORDS | _FALSE_WORDS:
            return TRUE if word in _TRUE_WORDS else FALSE
    return conditions.with_origin(EITHER, value)


def _partial(call: ExternalCall) -> Value | None:
    functions = call.arguments.at_position(0) or ()
    keywords = tuple(sorted(call.arguments.keywords.items()))
    return tuple(Partial(atom, call.arguments.positional[1:], keywords) for atom in functions) or UNKNOWN


def _caching(call: ExternalCall) -> Value | None:
    """``lru_cache(function)``, or ``lru_cache(maxsize=...)`` that is applied as a decorator."""
    given = call.arguments.at_position(0) or ()
    functions = tuple(Wrapped("kept", atom) for atom in given if isinstance(atom, (Function, Bound, Partial)))
    return functions or (External("functools.cache"),)


def _identity(call: ExternalCall) -> Value | None:
    """A decorator, or a factory of one, that keeps the function as it is."""
    given = call.arguments.at_position(0)
    callables = (Function, Bound, Partial, Wrapped, Class)
    if given and all(isinstance(atom, callables) for atom in given):
        return given
    return (External("builtins.<identity>"),)


def _wraps(call: ExternalCall) -> Value | None:
    return (Partial(External("builtins.<wraps>"), (call.argument("wrapped@0") or UNKNOWN,), ()),)


def _wrap(call: ExternalCall) -> Value | None:
    """Remember whose signature a wrapper bears."""
    wrapper = call.arguments.at_position(1) or ()
    for atom in wrapper:
        if isinstance(atom, Function):
            wrapped = call.arguments.at_position(0) or ()
            call.machine.store.set(atom.scope, f"<wraps> {atom.index}", wrapped)
    return wrapper


def _property(call: ExternalCall) -> Value | None:
    given = call.arguments.at_position(0) or ()
    return tuple(Wrapped("property", atom) for atom in given) or UNKNOWN


def _field(call: ExternalCall) -> Value | None:
    uid = call.machine.store.new_uid()
    for keyword, name in (
        ("default", "<default>"),
        ("default_factory", "<factory>"),
        ("factory", "<factory>"),
    ):
        if keyword in call.arguments.keywords:
            call.machine.store.set(uid, name, call.arguments.keywords[keyword])
    for keyword in ("env", "validation_alias", "alias"):
        if keyword in call.arguments.keywords:
            call.machine.store.set(uid, "<alias>", call.arguments.keywords[keyword])
    if call.arguments.positional and call.method == "Field":
        call.machine.store.set(uid, "<default>", call.arguments.positional[0])
    return (ExternalObject("dataclasses.Field", uid),)


def _never(call: ExternalCall) -> Value | None:
    return (External("<never>"),)


def _import(call: ExternalCall) -> Value | None:
    names = [text for text in texts_of(call.arguments.at_position(0) or ()) if not has_holes(text)]
    result: Value = ()
    for name in names:
        module = imports.load(call.machine, name, None)
        if module is None:
            foreign.note(call.machine, name, call.span)
        result = join(result, (module,) if module is not None else (External(name),))
    return result or UNKNOWN


def _enter_context(call: ExternalCall) -> Value | None:
    return contexts.enter(call.machine, call.arguments.at_position(0) or UNKNOWN)


def _closing(call: ExternalCall) -> Value | None:
    return call.arguments.at_position(0) or UNKNOWN


def _run(call: ExternalCall) -> Value | None:
    """A coroutine was run where it was called; a generator that is passed on runs now."""
    value = call.arguments.at_position(0) or UNKNOWN
    for atom in value:
        if isinstance(atom, GeneratorCall):
            calls.run_generator(call.machine, atom)
    return value


def _gather(call: ExternalCall) -> Value | None:
    items = list(call.arguments.positional)
    if call.arguments.rest:
        return new_list(call.machine, [*items, call.arguments.rest], complete=False)
    return new_list(call.machine, items, complete=True)


def _result(call: ExternalCall) -> Value | None:
    if isinstance(call.receiver, ExternalObject):
        return call.machine.store.get(call.receiver.uid, "<result>") or UNKNOWN
    return UNKNOWN


_PROBES = ("a/b", "../x", "/etc")
_LONGEST_PATTERN = 200


def _substituted(call: ExternalCall) -> Value | None:
    """``re.sub``: a substitution that leaves no separator in short probes leaves none in the text.

    The pattern is never run on longer text: it may be one that takes for ever.
    """
    pattern, replacement = (texts_of(call.argument(name) or ()) for name in ("pattern@0", "repl@1"))
    value = call.argument("string@2") or UNKNOWN
    value = tuple(atom if isinstance(atom, (Text, Opaque)) else UNKNOWN[0] for atom in value)
    if len(pattern) != 1 or len(replacement) != 1 or has_holes(pattern[0]) or len(pattern[0]) > _LONGEST_PATTERN:
        return value
    try:
        compiled = re.compile(pattern[0])
        clean = all("/" not in compiled.sub(replacement[0], probe) for probe in _PROBES)
    except (re.error, RecursionError, OverflowError, IndexError):
        return value
    return confined(value) if clean else value


def _quoted(call: ExternalCall) -> Value | None:
    value = call.argument("string@0") or UNKNOWN
    safe = call.argument("safe@1")
    allowed = texts_of(safe) if safe is not None else ["/" if call.method == "quote" else ""]
    return value if any("/" in text for text in allowed) else confined(value)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    "builtins.str": _text,
    "builtins.repr": _text,
    "builtins.format": _text,
    "builtins.bytes": _text,
    "builtins.int": _number,
    "builtins.float": _number,
    "builtins.round": _number,
    "builtins.abs": _number,
    "builtins.bool": _bool,
    "json.loads": _parsed,
    "distutils.util.strtobool": _truth_of_word,
    "setuptools.distutils.util.strtobool": _truth_of_word,
    "builtins.isinstance": _isinstance,
    "typing.cast": _cast,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.hasattr": _hasattr,
    "builtins.type": _type,
    "builtins.print": lambda call: NOTHING,
    "builtins.property": _property,
    "builtins.<identity>": _identity,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "functools.wraps": _wraps,
    "builtins.<wraps>": _wrap,
    "functools.lru_cache": _caching,
    "functools.cache": _caching,
    "functools.singledispatch": _identity,
    "functools.total_ordering": _identity,
    "dataclasses.dataclass": lambda call: call.arguments.at_position(0) or (External("dataclasses.dataclass"),),
    "attr.s": lambda call: call.arguments.at_position(0) or (External("attr.s"),),
    "attr.define": lambda call: call.arguments.at_position(0) or (External("attr.define"),),
    "attrs.define": lambda call: call.arguments.at_position(0) or (External("attrs.define"),),
    "dataclasses.field": _field,
    "attr.ib": _field,
    "attrs.field": _field,
    "pydantic.Field": _field,
    "re.sub": _substituted,
    "urllib.parse.quote": _quoted,
    "urllib.parse.quote_plus": _quoted,
    "sys.exit": _never,
    "os._exit": _never,
    "os.abort": _never,
    "builtins.exit": _never,
    "builtins.quit": _never,
    "importlib.import_module": _import,
    "builtins.__import__": _import,
    "contextlib.ExitStack.enter_context": _enter_context,
    "contextlib.AsyncExitStack.enter_async_context": _enter_context,
    "contextlib.AsyncExitStack.enter_context": _enter_context,
    "contextlib.closing": _closing,
    "contextlib.aclosing": _closing,
    "contextlib.nullcontext": lambda call: call.arguments.at_position(0) or NOTHING,
    "asyncio.run": _run,
    "asyncio.gather": _gather,
    "asyncio.create_task": _run,
    "asyncio.ensure_future": _run,
    "asyncio.wait_for": _run,
    "asyncio.shield": _run,
    "asyncio.AbstractEventLoop.run_until_complete": _run,
    "asyncio.AbstractEventLoop.create_task": _run,
    "concurrent.futures.Future.result": _result,
}
