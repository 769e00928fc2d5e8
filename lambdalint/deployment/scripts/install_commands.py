"""What ``pip install`` and its like put into a folder, and what exports requirements.

The options are those of pip 23.2 to 26.3 (https://pip.pypa.io/en/stable/cli/pip_install/) and of uv's pip interface
(https://docs.astral.sh/uv/reference/cli/#uv-pip-install); pip takes the start of a long option for the option.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.scripts.build_folders import Installed
from lambdalint.deployment.scripts.command_options import Options, read_options
from lambdalint.deployment.scripts.script_text import has_unknown, in_project
from lambdalint.model import Manifest, Requirement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdalint.deployment.scripts.build_folders import BuildFolders
    from lambdalint.deployment.scripts.shell_run import Field, Shell
    from lambdalint.model import Span

MAX_WRITTEN = 200

_PIP_LONG = frozenset(
    {"requirement", "constraint", "editable", "target", "platform", "python-version", "implementation", "abi", "root"}
    | {"prefix", "src", "upgrade-strategy", "config-settings", "global-option", "install-option", "no-binary", "build"}
    | {"only-binary", "progress-bar", "root-user-action", "report", "index-url", "extra-index-url", "find-links"}
    | {"python", "log", "keyring-provider", "proxy", "retries", "timeout", "exists-action", "trusted-host", "cert"}
    | {"client-cert", "cache-dir", "use-feature", "use-deprecated", "build-constraint", "requirements-from-script"}
    | {"group", "all-releases", "only-final", "refresh-package", "uploaded-prior-to", "resume-retries"}
)
_ABBREVIATED = ("requirement", "target", "constraint", "editable")
_PIP_SHORT = "rcetCifb"
_UV_LONG = frozenset(
    {"requirements", "requirement", "constraints", "constraint", "overrides", "override", "excludes", "extra"}
    | {"build-constraints", "build-constraint", "group", "target", "prefix", "no-binary", "only-binary", "editable"}
    | {"python-version", "python-platform", "output-format", "torch-backend", "index", "default-index", "index-url"}
    | {"extra-index-url", "find-links", "index-strategy", "keyring-provider", "upgrade-package", "upgrade-group"}
    | {"resolution", "prerelease", "prerelease-package", "fork-strategy", "exclude-newer", "exclude-newer-package"}
    | {"no-sources-package", "reinstall-package", "link-mode", "config-setting", "config-settings-package", "cert"}
    | {"no-build-isolation-package", "cache-dir", "refresh-package", "python", "color", "allow-insecure-host"}
    | {"directory", "project", "config-file", "no-editable-package"}
)
_UV_SHORT = "recbtifPCp"
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)", re.DOTALL)
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_OPTIONS = re.compile(r"\$[@*]|\$\{?\w+\[[@*]\]|\$[({]?\w*TARGET", re.IGNORECASE)
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_PYTHON_LIBRARY = re.compile(r"(lib|lib64)/python3?\.?[\d.*]*/site-packages")
INSTALLERS = re.compile(r"pip[\d.]*(?:\.exe)?")


class Written(msgspec.Struct):
    """What the commands of a run write into requirements files: lines, or what another manifest says."""

    lines: dict[str, list[tuple[str, Span]]] = msgspec.field(default_factory=dict)
    manifests: dict[str, tuple[str | None, tuple[str, ...]]] = msgspec.field(default_factory=dict)

    def add(self, path: str, text: str, span: Span, *, append: bool) -> None:
        """Note that *text* is written to a file."""
        if len(self.lines) > MAX_WRITTEN:
            return
        lines = self.lines.setdefault(path, [])
        if not append:
            lines.clear()
            self.manifests.pop(path, None)
        lines.extend((line, span) for line in text.replace("\\n", "\n").split("\n")[:MAX_WRITTEN])
        del lines[MAX_WRITTEN:]


def place_of(shell: Shell, text: str) -> str:
    """Return the path of a folder; the version in ``lib/python3.12/site-packages`` makes no difference."""
    return _PYTHON_LIBRARY.sub(r"lib/python/site-packages", shell.path(text))


def pip_install(shell: Shell, folders: BuildFolders, written: Written, fields: Sequence[Field], span: Span) -> None:
    """Follow ``pip install``; *fields* are the words behind ``install``."""
    options = read_options(fields, _PIP_SHORT, _PIP_LONG, abbreviated=_ABBREVIATED)
    _install(shell, folders, written, options, span)


def uv_install(
    shell: Shell, folders: BuildFolders, written: Written, fields: Sequence[Field], span: Span, *, sync: bool
) -> None:
    """Follow ``uv pip install``, or ``uv pip sync``, whose words are requirements files."""
    options = read_options(fields, _UV_SHORT, _UV_LONG)
    if sync:
        options = Options([*options.found], [])
        files = read_options(fields, _UV_SHORT, _UV_LONG).rest
        _install(shell, folders, written, options, span, files=files)
    else:
        _install(shell, folders, written, options, span)


def _install(
    shell: Shell,
    folders: BuildFolders,
    written: Written,
    options: Options,
    span: Span,
    *,
    files: Sequence[Field] = (),
) -> None:
    target = options.last("t", "target") or shell.known("PIP_TARGET")
    implied = False
    if target is None:
        prefix = options.last("prefix")
        environment = shell.known("VIRTUAL_ENV")
        if prefix is not None:
            target = f"{prefix}/lib/python/site-packages"
        elif environment:
            target, implied = f"{environment}/lib/python/site-packages", True
        elif any(_may_name_target(shell, given) for given in options.rest):
            target = shell.job.unknowns.new()
        else:
            return
    if options.has("dry-run"):
        return
    complete = not options.has("group", "requirements-from-script", "only-deps")
    contents = _Asked(shell, folders, written, span, complete=complete)
    for option in options.values("r", "requirement", "requirements"):
        contents.file(option.text)
    for given in files:
        contents.file(given.text)
    for given in options.rest:
        contents.word(given)
    for option in options.values("e", "editable"):
        contents.word(option.given, option.text)
    if contents.missing and shell.unsure and not contents.manifests and not contents.requirements:
        # The condition asks, as a rule, whether the file is there.
        return
    recipe = shell.known("MAKE_TARGET")
    folders.install(
        Installed(
            place_of(shell, target),
            span,
            shell.path(target),
            tuple(dict.fromkeys(contents.manifests)),
            tuple(contents.requirements),
            complete=contents.complete,
            sure=not shell.unsure,
            alone=options.has("no-deps"),
            recipe=recipe or None,
            implied=implied,
        )
    )


def _may_name_target(shell: Shell, given: Field) -> bool:
    """Tell whether a word of unknown value may stand for options: an array, all arguments, or named as such."""
    return has_unknown(given.text) and _OPTIONS.search(shell.script.text[given.start : given.end]) is not None


class _Asked(msgspec.Struct):
    """What one command asks for."""

    shell: Shell
    folders: BuildFolders
    written: Written
    step: Span
    complete: bool = True
    missing: bool = False
    manifests: list[Manifest] = msgspec.field(default_factory=list)
    requirements: list[Requirement] = msgspec.field(default_factory=list)

    def file(self, text: str) -> None:
        """``-r file``."""
        path = self.shell.path(text)
        if path in self.written.manifests:
            source, groups = self.written.manifests[path]
            if source is None:
                self.complete = False
            else:
                self.manifests.append(Manifest(source, self.step, groups))
            return
        if path in self.written.lines:
            for line, span in self.written.lines[path]:
                self.requirement(line, span)
            return
        source = self.folders.source_of(path)
        if source is not None and source in self.folders.tree:
            self.shell.job.found += 1
            self.manifests.append(Manifest(source, self.step))
            return
        self.complete = False
        self.missing = in_project(path) is not None
        self.shell.expect(path)

    def word(self, given: Field, text: str | None = None) -> None:
        """A name with its version, a URL, or a path."""
        written = given.text if text is None else text
        span = self.shell.script.span(given.start, given.end)
        path, _, extras = written.removesuffix("]").partition("[") if written.endswith("]") else (written, "", "")
        if written.startswith((".", "/", "~", "file:")) or "/" in path or path.endswith((".whl", ".zip", ".gz")):
            if "://" in written or " @ " in written:
                self.requirement(written, span)
                return
            folder = self.folders.source_of(self.shell.path(path.rstrip("/") or "/"))
            manifest = next(
                (
                    file
                    for name in _PROJECT_FILES
                    if folder is not None and (file := f"{folder}/{name}".lstrip("/")) in self.folders.tree
                ),
                None,
            )
            if manifest is None:
                self.complete = False
            else:
                self.shell.job.found += 1
                groups = tuple(extra.strip() for extra in extras.split(",") if extra.strip())
                self.manifests.append(Manifest(manifest, self.step, groups))
            return
        self.requirement(written, span)

    def requirement(self, written: str, span: Span) -> None:
        """A line as it stands in a requirements file."""
        text = re.sub(r"(?:^|\s)#.*", "", written).strip()
        if not text:
            return
        match = _NAMED.fullmatch(text)
        egg = _EGG.search(text)
        if has_unknown(text) and (match is None or has_unknown(match[1]) or has_unknown(match[3][:1])):
            self.complete = False
        elif "://" in text and " @ " not in text:
            if egg is None:
                self.complete = False
            else:
                self.requirements.append(Requirement(_normalised(egg[1]), text, span, reference=text))
        elif match is None or not re.match(r"[=<>!~;@(]|$", match[3]):
            self.complete = False
        else:
            self.requirements.append(_named(match, text, span))


def _named(match: re.Match[str], text: str, span: Span) -> Requirement:
    extras = tuple(sorted(_normalised(extra.strip()) for extra in (match[2] or "").split(",") if extra.strip()))
    rest, _, marker = match[3].partition(";")
    reference = rest.strip()[1:].strip() if rest.strip().startswith("@") else ""
    specifier = "" if reference or has_unknown(rest) else rest.strip().strip("()")
    written = "".join("?" if has_unknown(character) else character for character in text)
    name = _normalised(match[1])
    return Requirement(name, written, span, specifier, extras, marker.strip(), reference)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
