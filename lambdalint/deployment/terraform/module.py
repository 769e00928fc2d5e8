"""Modules with the values of their variables, and the resources that they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.deployment.terraform.evaluation import Scope, evaluate
from lambdalint.deployment.terraform.expression import Literal
from lambdalint.deployment.terraform.openness import is_open
from lambdalint.deployment.terraform.type_defaults import with_defaults
from lambdalint.deployment.terraform.values import (
    Entries,
    Entry,
    Items,
    Origin,
    ResourceValue,
    Scalar,
    Unknown,
    elements,
    integer_of,
    is_complete,
    is_null,
    text_of,
    with_origin,
)
from lambdalint.model import Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.terraform.configuration import Configuration, Configurations
    from lambdalint.deployment.terraform.expression import Argument, Block
    from lambdalint.deployment.terraform.values import Value
    from lambdalint.model import Span

MAX_INSTANCES = 200
MAX_MODULES = 2_000
MAX_STEPS = 1_000_000
DEEPEST = 20
"""Bounds: instances of one resource; modules and evaluated expressions of a project, of which each folder that
Terraform runs in may take half of what is left; and how deep modules call each other.
"""

_PASSED_ON = {("terraform_data", "output"): "input", ("null_data_source", "outputs"): "inputs"}
"""Attributes that are what an argument says, by the types of resources."""
_OWN_ARGUMENTS = frozenset({"source", "version", "providers", "depends_on", "count", "for_each"})


class Project(msgspec.Struct):
    """What all modules of a project share: their configurations, and how much may still be evaluated.

    ``most_modules`` and ``most_steps`` are what ``modules`` and ``steps`` may come to in the folder at hand.
    """

    configurations: Configurations
    modules: int = 0
    steps: int = 0
    depth: int = 0
    most_modules: int = MAX_MODULES
    most_steps: int = MAX_STEPS

    def begin(self) -> None:
        """Begin with another folder that Terraform runs in: one that takes all leaves something to the others."""
        self.steps = min(self.steps, self.most_steps)
        self.most_steps = (self.steps + MAX_STEPS) // 2
        self.most_modules = (self.modules + MAX_MODULES) // 2

    @property
    def tree(self) -> Tree:
        """The files of the project."""
        return self.configurations.tree


class Resource(msgspec.Struct, eq=False):
    """An instance of a resource, of a data source, or of a module that is called.

    ``mode`` is ``resource``, ``data`` or ``module``; ``kind`` is the resource's type. ``key`` tells instances of
    ``count`` and ``for_each`` apart. ``uncertain`` tells that nothing shows which instances there are.
    """

    module: Module
    mode: str
    kind: str
    name: str
    block: Block
    key: str | None = None
    scope: Scope | None = None
    uncertain: bool = False
    _child: Module | None = None

    @property
    def label(self) -> str:
        """How people call it: its name, with the key of the instance, below the modules that lead to it."""
        return ".".join((*self.module.path, self.step))

    @property
    def step(self) -> str:
        """Its name, with the key of the instance."""
        if self.key is None:
            return self.name
        return f"{self.name}[{self.key}]" if self.block.value("count") is not None else f'{self.name}["{self.key}"]'

    def argument(self, name: str) -> Value | None:
        """Return the value of the argument *name*; None where it is not set, or null."""
        expression = self.block.value(name)
        if expression is None:
            return None
        value = evaluate(expression, self.scope or Scope(self.module))
        return None if is_null(value) else value

    def attribute(self, name: str, span: Span) -> Value:
        """Return what a reference to the attribute *name* at *span* gives."""
        origin = Origin(self, name)
        if self.mode == "module":
            child = self.child
            if child is not None:
                return child.output(name, span)
            return Unknown(span, f"${{module.{self.name}.{name}}}", origin)
        name = _PASSED_ON.get((self.kind, name), name)
        expression = self.block.value(name)
        if expression is None:
            mode = "data." if self.mode == "data" else ""
            return Unknown(span, f"${{{mode}{self.kind}.{self.name}.{name}}}", origin)
        return with_origin(evaluate(expression, self.scope or Scope(self.module)), origin)

    @property
    def source(self) -> str:
        """Where the called module comes from, as it is written; "" where that is not known."""
        return text_of(self.argument("source")) or "" if self.mode == "module" else ""

    @property
    def child(self) -> Module | None:
        """The called module, if it lies in the project."""
        if self.mode == "module" and self._child is None:
            self._child = self.module.called(self)
        return self._child


class Module(msgspec.Struct, eq=False):
    """A folder's configuration with the values of its variables; ``root`` is the folder that Terraform runs in."""

    project: Project
    configuration: Configuration
    root: str
    path: tuple[str, ...] = ()
    call: Resource | None = None
    _given: dict[str, Argument] | None = None
    _stages: list[dict[str, Argument]] | None = None
    _values: dict[tuple[str, str], Value] = msgspec.field(default_factory=dict)
    _pending: set[tuple[str, str]] = msgspec.field(default_factory=set)
    _instances: dict[tuple[str, str, str], tuple[Resource, ...]] = msgspec.field(default_factory=dict)

    @property
    def directory(self) -> str:
        """The folder of the module."""
        return self.configuration.directory

    def variable(self, name: str, span: Span) -> Value:
        """Return the value of the variable *name*: that of the call, of files beside the root, or the default."""
        return self._once("var", name, span)

    def is_passed(self, name: str) -> bool:
        """Tell whether the call of the module sets the variable *name*."""
        return self.call is not None and name not in _OWN_ARGUMENTS and self.call.block.value(name) is not None

    def local(self, name: str, span: Span) -> Value:
        """Return the local value *name*."""
        return self._once("local", name, span)

    def output(self, name: str, span: Span) -> Value:
        """Return the output *name*."""
        return self._once("output", name, span)

    def resource(self, mode: str, kind: str, name: str, span: Span) -> Value:
        """Return the resource, data source or called module: one value, a list or a map of its instances."""
        found = self.instances(mode, kind, name)
        if not found:
            return Unknown(span, missing=not self._declares(mode, kind, name))
        block = found[0].block
        if block.value("for_each") is not None:
            entries = {one.key: Entry(ResourceValue(one, span), one.block.span) for one in found if one.key is not None}
            return Entries(entries, span, complete=not found[0].uncertain)
        if block.value("count") is not None:
            return Items(tuple(ResourceValue(one, span) for one in found), span, complete=not found[0].uncertain)
        return ResourceValue(found[0], span)

    def resources(self, mode: str, kind: str) -> Iterator[Resource]:
        """Yield all instances of the resources of *kind*; *kind* is "" for called modules."""
        labels = (kind,) if mode != "module" else ()
        for found in list(self.configuration.labels(mode, *labels)):
            if len(found) == len(labels) + 1:
                yield from self.instances(mode, kind, found[-1])

    def instances(self, mode: str, kind: str, name: str) -> tuple[Resource, ...]:
        """Return the instances of one resource, in order."""
        key = mode, kind, name
        if key not in self._instances:
            self._instances[key] = ()
            block = self.configuration.block(mode, *((kind,) if mode != "module" else ()), name)
            if block is not None:
                found = tuple(_instances(Resource(self, mode, kind, name, block)))
                if len(found) > MAX_INSTANCES:
                    message = f"more than {MAX_INSTANCES} instances of {name}; the rest is not read"
                    self.project.configurations.problems.append(Problem(block.span, message))
                self._instances[key] = found[:MAX_INSTANCES]
        return self._instances[key]

    def called(self, call: Resource) -> Module | None:
        """Return the module that *call* calls, if it lies in the project."""
        source = call.source
        if not source.startswith(("./", "../")) and source not in {".", ".."}:
            return None
        folder = Tree.join(self.directory, source)
        configuration = self.project.configurations.folders.get(folder) if folder is not None else None
        if configuration is None or len(self.path) >= DEEPEST or self.project.modules >= self.project.most_modules:
            return None
        above: Module | None = self
        while above is not None:
            if above.configuration is configuration:
                return None
            above = above.call.module if above.call is not None else None
        self.project.modules += 1
        return Module(self.project, configuration, self.root, (*self.path, call.step), call)

    def _declares(self, mode: str, kind: str, name: str) -> bool:
        return self.configuration.declares(mode, *((kind,) if mode != "module" else ()), name)

    def _once(self, kind: str, name: str, span: Span) -> Value:
        key = kind, name
        if key in self._pending:
            return Unknown(span)
        if key not in self._values:
            self._pending.add(key)
            try:
                self._values[key] = self._evaluated(kind, name, span)
            finally:
                self._pending.discard(key)
        return self._values[key]

    def _evaluated(self, kind: str, name: str, span: Span) -> Value:
        if kind == "local":
            argument = self.configuration.local(name)
            return evaluate(argument.value, Scope(self)) if argument is not None else Unknown(span, missing=True)
        if kind == "output":
            block = self.configuration.block("output", name)
            expression = block.value("value") if block is not None else None
            return evaluate(expression, Scope(self)) if expression is not None else Unknown(span, missing=True)
        return self._variable(name, span)

    def _of_stages(self, name: str) -> list[Value]:
        """Return the values that the files of the stages give to the variable *name*."""
        if self._stages is None:
            self._stages = self.configuration.stages()
        return [evaluate(stage[name].value, Scope(self)) for stage in self._stages if name in stage]

    def _variable(self, name: str, span: Span) -> Value:
        block = self.configuration.block("variable", name)
        if block is None:
            return Unknown(span, missing=True)
        value: Value | None = None
        default = block.value("default")
        if self.call is not None:
            if self.is_passed(name):
                value = self.call.argument(name) or Scalar(None, self.call.block.span)
        else:
            if self._given is None:
                self._given = self.configuration.given()
            if name in self._given:
                value = evaluate(self._given[name].value, Scope(self))
            elif default is None:
                value = _agreed(self._of_stages(name))
        not_null = block.value("nullable")
        refused = isinstance(not_null, Literal) and not_null.value is False
        if value is None or (is_null(value) and refused and default is not None):
            value = evaluate(default, Scope(self)) if default is not None else Unknown(span, f"${{var.{name}}}")
        kind = block.value("type")
        return with_defaults(value, kind, Scope(self)) if kind is not None else value


def _agreed(values: list[Value]) -> Value | None:
    """Return the value that all files give; None where they differ, or hold collections."""
    if len(values) == 1:
        return values[0]
    texts = {text_of(value) for value in values}
    return values[0] if len(texts) == 1 and None not in texts else None


def _instances(resource: Resource) -> Iterator[Resource]:
    """Yield the instances of *resource*, which stands for the block.

    Where a condition that is not known, or a variable of the root, gives none, the block counts once all the same: the
    project declares it for those who set the variable.
    """
    scope = Scope(resource.module)
    count, for_each = resource.block.value("count"), resource.block.value("for_each")
    if for_each is not None:
        value = evaluate(for_each, scope)
        listed = elements(value)
        if listed is None or (not listed and (not is_complete(value) or is_open(for_each, resource.module))):
            place = for_each.span
            each: dict[str, Value] = {
                "each": _each(Unknown(place, "${each.key}"), Unknown(place, "${each.value}"), place)
            }
            yield replace(resource, scope=Scope(resource.module, each), uncertain=True)
            return
        for key, item in listed[: MAX_INSTANCES + 1]:
            # The key of a set's element is the element.
            name = text_of(item) if isinstance(value, Items) else key
            if name is not None:
                place = item.span if isinstance(value, Items) else _key_span(value, key)
                each = {"each": _each(Scalar(name, place), item, item.span)}
                yield replace(resource, key=name, scope=Scope(resource.module, each))
    elif count is not None:
        number = integer_of(evaluate(count, scope))
        if number == 0 and not is_open(count, resource.module):
            return
        for index in range(min(number, MAX_INSTANCES + 1) if number is not None and number > 0 else 1):
            place = count.span
            counted: dict[str, Value] = {"count": Entries({"index": Entry(Scalar(index, place), place)}, place)}
            position = str(index) if number is not None and number > 1 else None
            yield replace(resource, key=position, scope=Scope(resource.module, counted), uncertain=not number)
    else:
        yield replace(resource, scope=scope)


def _key_span(value: Value, key: str) -> Span:
    return value.entries[key].span if isinstance(value, Entries) else value.span


def _each(key: Value, value: Value, span: Span) -> Value:
    return Entries({"key": Entry(key, span), "value": Entry(value, span)}, span)
