"""Where the value of a path expression goes: into calls that use it, into messages, or out of sight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.rules.fixes.path_arguments import Role, in_command, role_of
from lambdalint.rules.fixes.project_names import attribute_uses, readers_of
from lambdalint.syntax.bindings import binding_of
from lambdalint.syntax.callee import argument_parameter, project_function
from lambdalint.syntax.known_calls import qualified_name
from lambdalint.syntax.path_expressions import Form, form_of, head_of

if TYPE_CHECKING:
    from lambdalint.syntax.module import Module
    from lambdalint.syntax.project import Project


class Use(msgspec.Struct, frozen=True):
    """A call that uses a path, as its *argument*. ``whole``: it is the path that was followed, none below or above."""

    module: Module
    call: cst.Call
    argument: cst.BaseExpression
    whole: bool


class Destinations(msgspec.Struct):
    """Where a value goes, over all ways.

    ``kept`` are the expressions whose value must not change (a key, a comparison). ``given`` are unknown calls that are
    given it, ``lost`` all other places where it goes out of sight.
    """

    uses: list[Use] = msgspec.field(default_factory=list)
    kept: list[cst.CSTNode] = msgspec.field(default_factory=list)
    given: list[cst.CSTNode] = msgspec.field(default_factory=list)
    lost: list[cst.CSTNode] = msgspec.field(default_factory=list)


def destinations_of(project: Project, module: Module, node: cst.BaseExpression, form: Form) -> Destinations:
    """Return where the value of *node*, a path of this *form*, goes."""
    tracer = _Tracer(project)
    tracer.climb(module, node, form, whole=True)
    return tracer.found


_TEXT_PARTS = (cst.BinaryOperation, cst.FormattedStringExpression, cst.FormattedString, cst.Element, cst.Tuple)
_ENDING = (cst.If, cst.While, cst.UnaryOperation, cst.Assert, cst.Expr)


class _Tracer(msgspec.Struct):
    project: Project
    found: Destinations = msgspec.field(default_factory=Destinations)
    _seen: set[tuple[int, bool]] = msgspec.field(default_factory=set)

    def climb(self, module: Module, node: cst.CSTNode, form: Form, *, whole: bool) -> None:
        """Follow the value of *node* to what its surroundings do with it."""
        if (id(node), whole) in self._seen:
            return
        self._seen.add((id(node), whole))
        outer = module.parent(node)
        if isinstance(outer, cst.Arg):
            call = module.parent(outer)
            if isinstance(call, cst.Call):
                self._given(module, call, outer, form, whole=whole)
            else:
                self.found.lost.append(node)
        elif isinstance(outer, cst.Attribute):
            self._attribute(module, outer, form, whole=whole)
        elif isinstance(outer, cst.FormattedStringExpression):
            string = module.parent(outer)
            assert isinstance(string, cst.FormattedString), "an expression in a string"
            self._part(module, string, node, whole=whole)
        elif isinstance(outer, cst.BinaryOperation):
            self._part(module, outer, node, whole=whole)
        elif isinstance(outer, (cst.AssignTarget, cst.Assign, cst.AnnAssign)):
            self._assigned(module, outer, node, form, whole=whole)
        elif isinstance(outer, cst.Param):
            self.names(module, outer.name, form, whole=whole)
        elif isinstance(outer, cst.NamedExpr) and isinstance(outer.target, cst.Name):
            self.names(module, outer.target, form, whole=whole)
            self.climb(module, outer, form, whole=whole)
        elif isinstance(outer, cst.BooleanOperation):
            self.climb(module, outer, form, whole=whole)
        elif isinstance(outer, cst.IfExp) and outer.test is node:
            return
        elif isinstance(outer, cst.Element) and self._is_command(module, outer):
            self.found.given.append(node)
        elif not isinstance(outer, _ENDING):
            kept = isinstance(outer, (cst.Comparison, cst.ComparisonTarget, cst.Index))
            (self.found.kept if kept else self.found.lost).append(node)

    def _is_command(self, module: Module, element: cst.Element) -> bool:
        """Tell whether *element* is a word of the command that a child process runs."""
        words = module.parent(element)
        argument = module.parent(words) if words is not None else None
        call = module.parent(argument) if isinstance(argument, cst.Arg) else None
        return isinstance(call, cst.Call) and qualified_name(module, call).startswith("subprocess.")

    def _part(self, module: Module, outer: cst.BaseExpression, node: cst.CSTNode, *, whole: bool) -> None:
        """Follow the value into a text or path that it is a part of."""
        head = head_of(module, outer)
        if head is not None and head.node is node:
            if not self._is_message(module, outer):
                self.climb(module, outer, form_of(module, outer) or Form.TEXT, whole=whole and head.whole)
        elif in_command(module, outer):
            self.found.lost.append(node)
        elif not self._is_message(module, outer):
            self.found.kept.append(node)

    def _is_message(self, module: Module, node: cst.CSTNode) -> bool:
        """Tell whether *node* is text for people."""
        while isinstance(outer := module.parent(node), _TEXT_PARTS):
            node = outer
        outer = module.parent(node)
        call = module.parent(outer) if isinstance(outer, cst.Arg) else None
        return (
            isinstance(call, cst.Call)
            and isinstance(node, cst.BaseExpression)
            and role_of(self.project, module, call, node) is Role.MESSAGE
        )

    def _given(self, module: Module, call: cst.Call, argument: cst.Arg, form: Form, *, whole: bool) -> None:
        head = head_of(module, call)
        if head is not None and head.node is argument.value:
            self.climb(module, call, form_of(module, call) or form, whole=whole and head.whole)
            return
        if qualified_name(module, call) == "os.path.join":
            self.found.kept.append(argument)
            return
        role = role_of(self.project, module, call, argument.value)
        if role is Role.PATH:
            self.found.uses.append(Use(module, call, argument.value, whole))
        elif role is Role.OTHER:
            self.found.kept.append(argument)
        elif role is Role.UNKNOWN:
            self._given_to_function(module, call, argument, form, whole=whole)

    def _given_to_function(self, module: Module, call: cst.Call, argument: cst.Arg, form: Form, *, whole: bool) -> None:
        function = project_function(module, call)
        parameter = None if function is None else argument_parameter(module, function, call, argument)
        if parameter is None:
            self.found.given.append(call)
        else:
            self.names(module, parameter.name, form, whole=whole)

    def _attribute(self, module: Module, node: cst.Attribute, form: Form, *, whole: bool) -> None:
        call = module.parent(node)
        name = node.attr.value
        if isinstance(call, cst.Call) and call.func is node:
            head = head_of(module, call)
            if head is not None and head.node is node.value:
                self.climb(module, call, form_of(module, call) or form, whole=whole and head.whole)
            elif form is Form.PATH and role_of(self.project, module, call, node.value) is Role.PATH:
                self.found.uses.append(Use(module, call, node.value, whole))
            else:
                self.found.kept.append(node)
        elif form is Form.PATH and name in {"name", "stem", "suffix", "suffixes"}:
            return
        elif form is Form.PATH and name == "parent":
            self.climb(module, node, Form.PATH, whole=False)
        else:
            self.found.kept.append(node)

    def _assigned(self, module: Module, outer: cst.CSTNode, node: cst.CSTNode, form: Form, *, whole: bool) -> None:
        targets = [one.target for one in outer.targets] if isinstance(outer, cst.Assign) else []
        if isinstance(outer, cst.AnnAssign) and outer.value is node:
            targets = [outer.target]
        if len(targets) != 1:
            self.found.lost.append(node)
            return
        target = targets[0]
        if isinstance(target, cst.Name):
            self.names(module, target, form, whole=whole)
        elif isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value == "self":
            self._attributes(module, target.attr.value, form, whole=whole)
        else:
            self.found.lost.append(node)

    def names(self, module: Module, name: cst.Name, form: Form, *, whole: bool) -> None:
        """Follow the value into all reads of *name*, where it is bound."""
        binding = binding_of(module, name)
        if binding is None:
            self.found.lost.append(name)
            return
        for read in binding.reads:
            self.climb(module, read, form, whole=whole)
        outer = module.nearest(name, (cst.ClassDef, cst.FunctionDef))
        if isinstance(outer, cst.ClassDef):
            self._attributes(module, name.value, form, whole=whole)
        elif outer is None:
            self._imports(module, name.value, form, whole=whole)

    def _attributes(self, module: Module, name: str, form: Form, *, whole: bool) -> None:
        uses = attribute_uses(module, name)
        if len(uses.values) != 1:
            self.found.lost.append(module.tree)
            return
        for read in uses.reads:
            self.climb(module, read, form, whole=whole)
        if any(path != module.path for path, _ in self.project.matching(("*.py",), rf"\.{re.escape(name)}")):
            self.found.lost.append(module.tree)

    def _imports(self, module: Module, name: str, form: Form, *, whole: bool) -> None:
        """Follow the value of a constant of *module* into the modules that import it."""
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        stem = module.path.split("/")[-2] if stem == "__init__" and "/" in module.path else stem
        for path, text in self.project.matching(("*.py",), re.escape(name)):
            if path == module.path or stem not in text:
                continue
            other = self.project.module(path)
            if other is None:
                self.found.lost.append(module.tree)
                continue
            for reader in readers_of(self.project, other, module, name):
                self.climb(other, reader, form, whole=whole)
