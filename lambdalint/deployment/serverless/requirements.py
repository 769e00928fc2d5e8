"""What serverless-python-requirements installs into the packages of a service, or into its layer.

The rules are those of the plugin's source (``index.js``, ``lib/pip.js``, ``lib/inject.js``, ``lib/poetry.js``,
``lib/slim.js``, https://github.com/serverless/serverless-python-requirements), and of the copy that version 4 of the
framework brings (``packages/serverless/lib/plugins/python``, https://github.com/serverless/serverless).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec
import tomli

from lambdalint.model import Build, Layer, Manifest, Tree

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambdalint.deployment.document import Node
    from lambdalint.deployment.serverless.variables import Variables

PLUGIN = "serverless-python-requirements"
REQUIREMENTS_LAYER = "pythonRequirements"
LAYER_REFERENCE = "PythonRequirementsLambdaLayer"
"""The logical name by which functions refer to the plugin's layer."""

MAX_ITEMS = 200
_LARGEST = 1_000_000
_NOT_DEPLOYED = (
    "boto3",
    "botocore",
    "docutils",
    "jmespath",
    "pip",
    "python-dateutil",
    "s3transfer",
    "setuptools",
    "six",
)
"""What versions 3 and 4 of the plugin leave out, unless ``noDeploy`` says otherwise; later ones pack all."""
_SKIPPING = 2
"""The last version that takes ``#no-deploy`` in the lines of the requirements instead of the setting."""
_SKIP_COMMENT = "no-deploy"
_BUNDLING = 4
"""The version of the framework that brings the plugin."""
_MAJOR = re.compile(r"(?:npm:[^@]*@)?[\s^~=v]*(\d{1,4})(?:\.|$|\s*-|x)")


class _Options(msgspec.Struct, frozen=True):
    """The settings of the plugin that decide what is packed; ``known`` tells that all of them are."""

    file: str
    poetry: bool
    pipenv: bool
    uv: bool
    poetry_groups: tuple[str, ...]
    uv_groups: tuple[str, ...]
    only_groups: bool
    left_out: tuple[str, ...]
    skip_comment: str
    slim: bool
    zip: bool
    confidence: str
    known: bool


class RequirementsPlugin:
    """The plugin as the service with the content *root* in *directory* sets it up; *plugins* are those it lists.

    ``active`` tells that it runs: because it is listed, or because its settings are there and the framework brings it.
    """

    def __init__(self, tree: Tree, variables: Variables, root: Node, directory: str, plugins: Collection[str]) -> None:
        self._tree = tree
        self._variables = variables
        self._root = root
        self._directory = directory
        self._settings = variables.get(root, "custom", "pythonRequirements")
        self._readable = all(self._is_known(*names) for names in (("custom",), ("custom", "pythonRequirements")))
        framework = variables.text(root, "frameworkVersion")
        self._framework = _major(framework)
        written = _installed(tree, directory)
        self._major = _major(written)
        listed = PLUGIN in plugins
        self._bundled = not listed or (self._framework == _BUNDLING and written is None)
        self.active = listed or (self._is_set_up() and (framework is None or self._framework == _BUNDLING))
        self._sure = self._framework == _BUNDLING if self._bundled else self._major is not None
        self._options = self._read_options() if self.active else None

    @property
    def layer(self) -> Layer | None:
        """The layer that the plugin makes of all requirements of the service, or None."""
        setting = self._setting("layer")
        if self._options is None or setting is None or not self._wants_layer():
            return None
        return Layer(REQUIREMENTS_LAYER, None, setting.span, self._build(""))

    def function_build(self, declared: Node, module: str) -> Build:
        """Return what the plugin packs for the function *declared*, whose code lies in *module* below the service.

        Only where the service packs its functions one by one has a module requirements of its own. A function alone
        that is packed so gets nothing of the plugin, but of the framework's copy of it.
        """
        if self._wants_layer():
            return Build(complete=self._setting_known("layer"))
        if not self._is_known("package", "individually"):
            return Build()
        alone = self._variables.truth(self._root, "package", "individually") is True
        if not alone and self._variables.truth(declared, "package", "individually") is True:
            if not self._bundled:
                return Build()
            alone = True
        return self._build(module if alone else "")

    def vendor(self, declared: Node) -> tuple[str, ...]:
        """Return the folders whose content the plugin copies beside the requirements."""
        if not self.active:
            return ()
        named = (self._variables.text(self._settings, "vendor"), self._variables.text(declared, "vendor"))
        folders = (Tree.join(self._directory, one) for one in named if one)
        # A script may fill a folder that the project does not show.
        return tuple(one for one in folders if one)

    def _build(self, module: str) -> Build:
        options = self._options
        if options is None or not options.known:
            return Build()
        manifests = self._manifests(options, module)
        return Build(
            manifests=manifests or (),
            left_out=options.left_out,
            skip_comment=options.skip_comment,
            complete=manifests is not None,
            confidence=options.confidence,
            slimmed=options.slim,
            zipped=options.zip,
            elsewhere=Tree.join(self._directory, f".serverless/{module}/requirements"),
        )

    def _manifests(self, options: _Options, module: str) -> tuple[Manifest, ...] | None:
        """Return the one manifest that the plugin takes; None where it takes one in a way that is not understood.

        A project of Poetry goes first, then a Pipfile of the service, then its ``uv.lock``, and then only the file.
        """
        folder = Tree.join(self._directory, module) or ""
        project = f"{folder}/pyproject.toml".lstrip("/")
        pipfile = f"{self._directory}/Pipfile".lstrip("/")
        lock = f"{self._directory}/uv.lock".lstrip("/")
        if options.poetry and _is_poetry(self._tree, project):
            return None if options.only_groups else (Manifest(project, groups=options.poetry_groups),)
        if options.pipenv and pipfile in self._tree:
            return (Manifest(pipfile),)
        if not self._sure and self._truth("useUv", default=True) and lock in self._tree:
            return None
        if options.uv and lock in self._tree:
            beside = f"{self._directory}/pyproject.toml".lstrip("/")
            if options.only_groups or beside not in self._tree:
                return None
            return (Manifest(beside, groups=options.uv_groups),)
        path = Tree.join(folder, options.file.lstrip("/"))
        named = self._setting("fileName")
        if path is None or path not in self._tree:
            return ()
        return (Manifest(path, named.span if named is not None else None),)

    def _read_options(self) -> _Options:
        left_out = self._names("noDeploy")
        with_poetry, with_uv = self._names("poetryWithGroups"), self._names("uvWithGroups")
        extras = self._names("uvOptionalDependencies")
        patterns = self._names("slimPatterns")
        arguments = self._names("pipCmdExtraArgs")
        slim = self._truth("slim")
        known = (
            self._readable
            and None not in {left_out, with_poetry, with_uv, extras, arguments}
            and all(self._setting_known(name) for name in ("fileName", "usePoetry", "usePipenv", "zip", "slim"))
        )
        if left_out is None or self._setting("noDeploy") is None:
            left_out = _NOT_DEPLOYED if self._major in {3, 4} and not self._bundled else ()
        return _Options(
            file=self._variables.text(self._settings, "fileName") or "requirements.txt",
            poetry=self._truth("usePoetry", default=True),
            pipenv=self._truth("usePipenv", default=True),
            uv=self._bundled and self._truth("useUv", default=True),
            poetry_groups=with_poetry or (),
            uv_groups=(*(extras or ()), *(with_uv or ())),
            only_groups=self._setting("poetryOnlyGroups") is not None or self._setting("uvOnlyGroups") is not None,
            left_out=(*left_out, *(_folders(patterns or ()) if slim else ())),
            skip_comment=_SKIP_COMMENT if self._major is not None and self._major <= _SKIPPING else "",
            slim=slim,
            zip=self._truth("zip"),
            confidence="high" if self._sure and not _resolves_otherwise(arguments or ()) else "medium",
            known=known,
        )

    def _is_set_up(self) -> bool:
        """Tell whether there are settings that let the framework's copy of the plugin run."""
        if self._settings is None:
            return False
        enabled = (
            self._settings.text if self._settings.text is not None else self._variables.text(self._settings, "enabled")
        )
        return (enabled or "true").lower() != "false"

    def _wants_layer(self) -> bool:
        """Tell whether the requirements go into a layer; a value that is not known counts as one."""
        node = self._setting("layer")
        layer = self._variables.resolve(node)
        return node is not None and (layer is None or bool(layer.entries) or (layer.text or "").lower() == "true")

    def _setting(self, name: str) -> Node | None:
        return self._settings.get(name) if self._settings is not None else None

    def _is_known(self, *names: str) -> bool:
        """Tell whether the setting of the service at *names* is absent, or has a known value."""
        above = self._variables.get(self._root, *names[:-1])
        node = above.get(names[-1]) if above is not None else None
        return node is None or self._variables.resolve(node) is not None

    def _setting_known(self, name: str) -> bool:
        node = self._setting(name)
        return node is None or self._variables.resolve(node) is not None

    def _truth(self, name: str, *, default: bool = False) -> bool:
        value = self._variables.truth(self._settings, name)
        return default if value is None else value

    def _names(self, name: str) -> tuple[str, ...] | None:
        """Return the texts that the setting *name* lists; None if one of them is not known."""
        node = self._setting(name)
        block = self._variables.resolve(node)
        if node is None:
            return ()
        if block is None:
            return None
        texts = [self._variables.text(item) for item in block.items[:MAX_ITEMS]]
        return None if None in texts else tuple(text for text in texts if text is not None)


def _installed(tree: Tree, directory: str) -> str | None:
    """Return the version of the plugin that the nearest ``package.json`` asks for, or None."""
    folder = directory
    while True:
        path = f"{folder}/package.json".lstrip("/")
        content = tree.read(path) if path in tree else None
        if content is not None and len(content) <= _LARGEST:
            try:
                value: object = json.loads(content)
            except (ValueError, RecursionError):
                value = None
            for section in ("dependencies", "devDependencies"):
                listed = value.get(section) if isinstance(value, dict) else None
                version = listed.get(PLUGIN) if isinstance(listed, dict) else None
                if isinstance(version, str):
                    return version
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _major(version: str | None) -> int | None:
    """Return the major version that a range of npm stays in, or None."""
    match = _MAJOR.match((version or "").strip())
    return int(match[1]) if match is not None else None


def _is_poetry(tree: Tree, path: str) -> bool:
    """Tell whether the build system of a ``pyproject.toml`` is Poetry's, which is what the plugin looks at."""
    content = tree.read(path) if path in tree else None
    if content is None or len(content) > _LARGEST:
        return False
    try:
        parsed: object = tomli.loads(content.decode("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return False
    system = parsed.get("build-system") if isinstance(parsed, dict) else None
    required = system.get("requires") if isinstance(system, dict) else None
    return isinstance(required, list) and any(isinstance(one, str) and one.startswith("poetry") for one in required)


def _folders(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the globs of top-level folders that *patterns* remove as a whole (``**/boto3*``, ``boto3/**``)."""
    found: list[str] = []
    for pattern in patterns:
        first, _, rest = pattern.removeprefix("./").removeprefix("**/").partition("/")
        if rest in {"", "*", "**", "**/*"} and first.strip("*") and "." not in first:
            found.append(first)
    return tuple(found)


def _resolves_otherwise(arguments: tuple[str, ...]) -> bool:
    """Tell whether further arguments of pip change what is installed."""
    words = [word for argument in arguments for word in argument.split()]
    return any(
        word in {"-r", "-c", "--no-deps"} or word.startswith(("--requirement", "--constraint")) for word in words
    )
