"""Turns the settings of a function into the function, with its code and its room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.handlers import locate
from lambdalint.deployment.terraform.code import Code, NoCode, holds, located
from lambdalint.deployment.terraform.commands import installed
from lambdalint.deployment.terraform.images import image_function
from lambdalint.deployment.terraform.inline_code import read_inline
from lambdalint.deployment.terraform.lambda_module import packed
from lambdalint.deployment.terraform.layers import read_layers
from lambdalint.deployment.terraform.room import build_room
from lambdalint.deployment.terraform.values import shown, text_of
from lambdalint.deployment.web_adapter import application, is_wrapped
from lambdalint.model import Build, Function, Problem, Tree

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.code import Archives
    from lambdalint.deployment.terraform.commands import Commands
    from lambdalint.deployment.terraform.elsewhere import Elsewhere
    from lambdalint.deployment.terraform.settings import Settings
    from lambdalint.model import Room, Span

_PYTHON = re.compile(r"python\d", re.IGNORECASE)


class FunctionReader:
    """Reads the functions of one root, and notes what it does not understand."""

    def __init__(self, tree: Tree, room: Room, archives: Archives, commands: Commands, elsewhere: Elsewhere) -> None:
        self.problems: list[Problem] = []
        self._tree = tree
        self._room = room
        self._archives = archives
        self._commands = commands
        self._elsewhere = elsewhere

    def read(self, settings: Settings) -> Function | None:
        """Return the function that *settings* are of; None if it does not run Python, or too much is not known."""
        resource = settings.resource
        kind = (text_of(settings.package_type) or "").lower()
        image = kind == "image" or (not kind and settings.image is not None and settings.handler is None)
        runtime = text_of(settings.runtime)
        if runtime is not None and not _PYTHON.match(runtime) and not image:
            return None
        layers = read_layers(self._tree, settings, self._archives, self._commands)
        function = Function(
            name=resource.label,
            handler=None,
            code_root="",
            room=build_room(self._room, settings, layers.layers, image=image),
            source=resource.block.span,
            declared_by="terraform",
            search_path=layers.search_path,
        )
        if image:
            made, problems = image_function(self._tree, function, settings)
            self.problems += problems
            return made
        handler = (text_of(settings.handler) or "").strip().removeprefix("./")
        if not handler:
            return self._not_read(function, "its handler is not known", _span(function, "handler"))
        code = self._code(settings, handler)
        if isinstance(code, NoCode):
            code = self._filled(code, handler)
        if isinstance(code, NoCode):
            return self._from_elsewhere(replace(function, handler=handler), settings, code)
        return self._placed(replace(function, handler=handler), settings, code)

    def _not_read(self, function: Function, reason: str, span: Span) -> Function | None:
        """Report why *function* is not read; there is none then."""
        message = f"the function {function.name} is not read: {reason}"
        self.problems.append(Problem(span, message, "note"))
        return None

    def _code(self, settings: Settings, handler: str) -> Code | NoCode:
        module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
        owner = settings.resource.module
        if settings.filename is not None:
            return self._archives.of_file(settings.filename, owner, module)
        if settings.key is not None:
            return self._archives.of_object(settings.key, owner, module)
        if settings.source_path is not None:
            return packed(self._tree, settings.resource, settings.source_path, module)
        folder = located(self._tree, settings.folder, owner)
        if folder is not None and settings.folder is not None:
            return Code(folder, Build(), span=settings.folder.span, confidence="medium")
        return NoCode("nothing states its code", settings.resource.block.span)

    def _filled(self, code: NoCode, handler: str) -> Code | NoCode:
        """Return the folder of the project that commands or scripts pack into an archive of theirs."""
        module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
        installs = self._commands.filling(code.hint) if code.hint and not code.outside else ()
        file = "/".join(module) + ".py"
        for install in installs:
            whole = {one[: -len(file)].rstrip("/") for one in install.with_files if f"/{one}".endswith(f"/{file}")}
            folder = next(
                (one for one in (*install.with_folders, *install.places, *whole) if holds(self._tree, one, module)),
                None,
            )
            if folder is not None:
                confidence = "high" if install.sure else "medium"
                return Code(folder, installed(Build(), installs), span=code.span, confidence=confidence)
        return code

    def _placed(self, function: Function, settings: Settings, code: Code) -> Function | None:
        """Return *function* with its *code*."""
        if code.inline is not None:
            inline = read_inline(code.inline, function.name)
            if inline is None or function.room.runtime is None:
                return self._not_read(function, "its inline code is not known", code.inline.span)
            return replace(function, code_root=settings.resource.module.directory, inline=inline, build=code.build)
        handler = function.handler or ""
        if code.renamed is not None:
            handler = f"{code.renamed}.{handler.rpartition('.')[2]}"
        spans = function.room.spans if code.span is None else (*function.room.spans, ("code_root", code.span))
        build = installed(code.build, self._commands.into(code.folder))
        whole = replace(
            function,
            handler=handler,
            code_root=code.folder,
            prefix=code.prefix,
            build=build,
            room=replace(function.room, spans=spans),
            search_path=tuple(dict.fromkeys((*code.search_path, *function.search_path))),
            confidence=code.confidence,
        )
        lacking = replace(whole, packaged=code.packaged)
        if locate(self._tree, lacking) is not None:
            return lacking
        if locate(self._tree, whole) is not None:
            return whole
        program = Tree.join(code.folder, handler)
        if program is not None and program in self._tree:
            served = application(self._tree.read(program) or b"") if is_wrapped(function.room) else None
            if served is None:
                return self._not_read(function, f"it starts a program: {handler}", function.source)
            return replace(whole, handler=served)
        if function.room.runtime is None:
            return self._not_read(function, f"no module answers to its handler {handler}", function.source)
        if not code.build.complete:
            return (
                self._from_elsewhere(
                    function,
                    settings,
                    NoCode(f"{code.folder} does not show its module", code.span or function.source, code.folder),
                )
                or lacking
            )
        return lacking

    def _from_elsewhere(self, function: Function, settings: Settings, code: NoCode) -> Function | None:
        """Return a function whose package something else makes with the only folder that can hold its code."""
        resource = settings.resource
        hints = (code.hint, shown(resource.argument("function_name")), resource.label)
        folder = None
        if not code.outside:
            folder = self._elsewhere.folder(resource.module.directory, function.handler or "", hints)
        if folder is None:
            return self._not_read(function, code.reason, code.span)
        spans = (*function.room.spans, ("code_root", code.span))
        room = replace(function.room, spans=spans)
        return replace(function, code_root=folder, build=Build(), confidence="medium", room=room)


def _span(function: Function, setting: str) -> Span:
    return function.room.span_of(setting) or function.source
