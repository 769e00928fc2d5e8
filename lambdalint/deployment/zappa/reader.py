"""Finds the functions that the settings files of Zappa declare."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.deployment.handlers import locate, module_file
from lambdalint.deployment.rooms import merge_environment, same_room
from lambdalint.deployment.source_root import parse, top_level
from lambdalint.deployment.zappa.functions import decorated_functions
from lambdalint.deployment.zappa.package import build, packaged
from lambdalint.deployment.zappa.settings import read_stages, settings_files
from lambdalint.model import Build, Deployment, EnvironmentVariable, Function, Layer, Mount, Problem, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.deployment.node import Node
    from lambdalint.deployment.zappa.settings import Stage
    from lambdalint.model import Room

MAX_PROJECTS = 200
MAX_ITEMS = 200
"""Bounds: settings files; of one stage, its events, variables, layers and mounts, each."""

_TIMEOUT = 30
_EFS_MOUNT = "/mnt/efs"
_OWN_HANDLERS = frozenset({"handler.lambda_handler", "zappa.handler.lambda_handler"})
_REFERENCE = re.compile(r"[A-Za-z_]\w*(?:[./][A-Za-z_]\w*)+")
_WEB_MODULES = (("wsgi", "application"), ("asgi", "application"))


def read(tree: Tree, room: Room) -> Deployment:
    """Return the functions of each folder of *tree* with a settings file; *room* is that of AWS Lambda.

    Each stage deploys the same folder. Stages with the same handler in the same room count once, and only the first
    function of a settings file says how its package is built, so that no library counts as shared by several of them.
    What ``events`` and the like name, and what decorators register, is run by the same function as the application; it
    is one of its own here.
    """
    functions: list[Function] = []
    problems: list[Problem] = []
    paths = settings_files(tree)
    if len(paths) > MAX_PROJECTS:
        message = f"more than {MAX_PROJECTS} settings files of Zappa; the rest is not read"
        problems.append(Problem(Span.point(paths[MAX_PROJECTS]), message))
    for path in paths[:MAX_PROJECTS]:
        stages, wrong = read_stages(tree, path)
        problems.extend(wrong)
        project = _Project(tree, path, room)
        for stage in stages:
            project.add(stage)
        functions.extend(project.functions)
        problems.extend(project.problems)
    return Deployment(tuple(functions), tuple(dict.fromkeys(problems)))


class _Project:
    """The functions of one settings file."""

    def __init__(self, tree: Tree, path: str, room: Room) -> None:
        self.functions: list[Function] = []
        self.problems: list[Problem] = []
        self._tree = tree
        self._folder = path.rpartition("/")[0]
        self._room = room
        self._built = False
        self._registered: tuple[tuple[str, Span], ...] | None = None

    def add(self, stage: Stage) -> None:
        """Add what a *stage* deploys."""
        if stage.get("docker_image_uri") is not None:
            self._note(stage.span, f"the stage {stage.name} is deployed as an image; it is not read")
            return
        room = _room(self._room, stage)
        main, span = self._handler(stage)
        if main is not None:
            made = Build() if self._built else build(self._tree, self._folder, stage)
            self._built = True
            self._function(stage, _deployed_name(stage), main, span, replace(room), made)
        for reference, place in _references(stage):
            if reference != main:
                self._function(stage, f"{_deployed_name(stage)}:{reference}", reference, place, room, Build())
        for handler, place in self._decorated() if main is not None else ():
            reference = handler.replace("/", ".")
            if reference != main:
                self._function(stage, f"{_deployed_name(stage)}:{reference}", handler, place, room, Build())

    def _decorated(self) -> tuple[tuple[str, Span], ...]:
        if self._registered is None:
            self._registered = tuple(decorated_functions(self._tree, self._folder))
        return self._registered

    def _function(self, stage: Stage, name: str, handler: str, span: Span, room: Room, made: Build) -> None:
        function = Function(
            name=name,
            handler=handler,
            code_root=self._folder,
            room=room,
            source=span,
            declared_by="zappa",
            build=made,
        )
        lacking = replace(function, packaged=packaged(stage))
        if locate(self._tree, lacking) == locate(self._tree, function):
            function = lacking
        else:
            self._note(span, f"the excluded files of the stage {stage.name} hold {handler}: all of the folder counts")
        known = (one for one in self.functions if one.handler == handler and one.packaged == function.packaged)
        if not any(same_room(one.room, room) for one in known):
            self.functions.append(function)

    def _handler(self, stage: Stage) -> tuple[str | None, Span]:
        """Return what a stage runs, and where that is said."""
        own = stage.text("lambda_handler")
        for setting in ("lambda_handler", "app_function", "django_settings"):
            node, text = stage.get(setting), stage.text(setting)
            if node is None or not text or (setting == "lambda_handler" and own in _OWN_HANDLERS):
                continue
            reference = text.replace(":", ".")
            if setting == "django_settings":
                found = self._django(reference)
                if found is None:
                    self._note(node.span, f"no WSGI application is found for the Django settings {text}")
                return found, node.span
            if _REFERENCE.fullmatch(reference):
                return reference, node.span
            self.problems.append(Problem(node.span, f"{setting} is no dotted name of a module and a name in it"))
            return None, node.span
        return None, stage.span

    def _django(self, settings: str) -> str | None:
        """Return the application of the Django project with the module *settings*.

        Zappa calls ``get_wsgi_application`` itself; the project's own module does the same.
        """
        parts = [part for part in settings.removesuffix(".py").replace("/", ".").split(".") if part][:50]
        path = module_file(self._tree, self._folder, parts)
        declared = dict(self._constants(path)) if path is not None else {}
        application = declared.get("WSGI_APPLICATION", "")
        if _REFERENCE.fullmatch(application) and self._is_module(application.split(".")[:-1]):
            return application
        for cut in range(len(parts) - 1, -1, -1):
            for module, name in _WEB_MODULES:
                if self._is_module([*parts[:cut], module]):
                    return ".".join([*parts[:cut], module, name])
        urls = declared.get("ROOT_URLCONF", "")
        return f"{urls}.urlpatterns" if urls and self._is_module(urls.split(".")) else None

    def _is_module(self, parts: list[str]) -> bool:
        return module_file(self._tree, self._folder, parts) is not None

    def _constants(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the texts that a module binds to names."""
        content = self._tree.read(path)
        module = parse(content) if content is not None else None
        for statement in top_level(module) if module is not None else ():
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
                for target in statement.targets:
                    if isinstance(target, ast.Name) and isinstance(statement.value.value, str):
                        yield target.id, statement.value.value

    def _note(self, span: Span, message: str) -> None:
        self.problems.append(Problem(span, message, "note"))


def _deployed_name(stage: Stage) -> str:
    """Return the name of the deployed function, ``project-stage``; without a ``project_name``, the stage's."""
    project = stage.text("project_name")
    whole = f"{project}-{stage.name}" if project else stage.name
    return re.sub(r"[^a-z0-9]+", "-", whole.lower()).strip("-") or stage.name


def _references(stage: Stage) -> Iterator[tuple[str, Span]]:
    """Yield the functions that events and the like name, as Zappa's handler imports them."""
    cognito = stage.get("cognito")
    triggers = cognito.get("triggers") if cognito is not None else None
    lists = [stage.get("events"), stage.get("bot_events"), triggers]
    blocks = [item for node in lists if node is not None for item in node.items[:MAX_ITEMS]]
    authorizer = stage.get("authorizer")
    nodes = [block.get("function") for block in (*blocks, *((authorizer,) if authorizer is not None else ()))]
    seen: set[str] = set()
    for node in (*nodes, stage.get("exception_handler")):
        text = node.text if node is not None else None
        if node is not None and text is not None and _REFERENCE.fullmatch(text) and text not in seen:
            seen.add(text)
            if text not in _OWN_HANDLERS and not text.startswith(("handler.", "zappa.")):
                yield text, node.span


def _room(room: Room, stage: Stage) -> Room:
    """Return *room* with the settings of a *stage*.

    Variables that are set elsewhere survive a deployment, so those of the settings are never known to be all.
    """
    storage = stage.get("ephemeral_storage")
    size = storage.get("Size") if storage is not None else None
    timeout, runtime = stage.get("timeout_seconds"), stage.get("runtime")
    network, snapshot = stage.get("vpc_config"), stage.get("snap_start")
    settings = {
        "tmp_mb": size,
        "timeout": timeout,
        "runtime": runtime,
        "vpc": network,
        "layers": stage.get("layers"),
        "mounts": stage.get("efs_config"),
        "environment": stage.get("environment_variables"),
        "snap_start": snapshot,
    }
    return replace(
        room,
        tmp_mb=room.tmp_mb if storage is None else _number(size),
        timeout=_TIMEOUT if timeout is None else _number(timeout),
        runtime=runtime.text if runtime is not None else None,
        vpc=network is not None and any(entry.value.items or entry.value.text for entry in network.entries),
        env=merge_environment(room.env, _environment(stage)),
        env_complete=False,
        variants=("snap-start",) if snapshot is not None and snapshot.text == "PublishedVersions" else (),
        mounts=tuple(_mounts(stage.get("efs_config"))),
        layers=tuple(Layer(one.text or "unknown", None, one.span) for one in _items(stage.get("layers"))),
        spans=tuple((name, node.span) for name, node in settings.items() if node is not None),
    )


def _environment(stage: Stage) -> tuple[EnvironmentVariable, ...]:
    """Return the variables that a stage sets, and those that Zappa's handler sets before it imports the application."""
    found = [EnvironmentVariable("SERVERTYPE", "AWS Lambda"), EnvironmentVariable("FRAMEWORK", "Zappa")]
    # These differ between stages that may be joined to one function.
    found += [EnvironmentVariable("STAGE", None), EnvironmentVariable("PROJECT", None)]
    django = stage.text("django_settings")
    if django is not None:
        found.append(EnvironmentVariable("DJANGO_SETTINGS_MODULE", django))
    for setting in ("aws_environment_variables", "environment_variables"):
        block = stage.get(setting)
        entries = block.entries[:MAX_ITEMS] if block is not None else ()
        found += [EnvironmentVariable(entry.name, entry.value.text, entry.key.span) for entry in entries]
    return merge_environment(found)


def _mounts(node: Node | None) -> Iterator[Mount]:
    """Yield the mounts of ``efs_config``: a block, a list of them, or just true."""
    if node is None or node.text == "false":
        return
    for block in _items(node) or (node,):
        path = block.get("LocalMountPath")
        text = path.text if path is not None else _EFS_MOUNT
        if text and (block.entries or block.text == "true"):
            yield Mount(text, "efs", (path or block).span)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items[:MAX_ITEMS] if node is not None else ()


def _number(node: Node | None) -> int | None:
    text = node.text if node is not None else None
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
