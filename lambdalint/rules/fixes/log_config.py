"""Makes the handlers of files in a dictionary for ``logging.config`` ones that write to standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lambdalint.rules.fixes.call_arguments import argument_of
from lambdalint.rules.fixes.cuts import Cuts, remove_unused
from lambdalint.syntax.bindings import binding_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from lambdalint.model import Edit
    from lambdalint.rules.fixes.site import Site
    from lambdalint.syntax.project import Project

_STREAM_HANDLER = "logging.StreamHandler"
_FILE_HANDLERS = frozenset(
    {
        "logging.FileHandler",
        "logging.handlers.RotatingFileHandler",
        "logging.handlers.TimedRotatingFileHandler",
        "logging.handlers.WatchedFileHandler",
    }
)
_KEPT = frozenset({"class", "level", "formatter", "filters"})
"""What ``logging.config`` itself reads of a handler; all else is passed to its class."""


def config_to_stdout(site: Site) -> tuple[Edit, ...] | None:
    """Return the edits for the dictionary of the call at *site*, which must be seen as a whole; else None.

    Where it has a handler of a stream already, those of files go, if each logger that has one has that of the stream,
    too: each line would be printed twice.
    """
    config = _dictionary(site)
    handlers = None if config is None else _value(config, "handlers")
    if config is None or not isinstance(handlers, cst.Dict):
        return None
    files: dict[str, int] = {}
    streams: set[str] = set()
    for index, element in enumerate(handlers.elements):
        name = _text(element.key) if isinstance(element, cst.DictElement) else None
        kind = _text(_value(element.value, "class")) if isinstance(element.value, cst.Dict) else None
        if name is None or kind is None:
            return None
        if kind in _FILE_HANDLERS:
            files[name] = index
        elif kind.endswith("StreamHandler"):
            streams.add(name)
    cuts = Cuts(site.module)
    if not files or not (
        _remove(cuts, site.project, config, handlers, files, streams)
        if streams
        else _replace(cuts, site.project, handlers, files)
    ):
        return None
    return cuts.edits()


def _replace(cuts: Cuts, project: Project, handlers: cst.Dict, files: Mapping[str, int]) -> bool:
    chosen = [handlers.elements[index].value for index in files.values()]
    return all(isinstance(handler, cst.Dict) and _replace_class(cuts, project, handler) for handler in chosen)


def _remove(
    cuts: Cuts,
    project: Project,
    config: cst.Dict,
    handlers: cst.Dict,
    files: Mapping[str, int],
    streams: Collection[str],
) -> bool:
    """Remove the handlers of *files*, and their names where one of *streams* is named beside them."""
    for names in _lists_of_handlers(config):
        texts = [_text(element.value) for element in names.elements]
        chosen = [index for index, text in enumerate(texts) if text in files]
        if None in texts or (chosen and not any(text in streams for text in texts)):
            return False
        cuts.remove_items(names.elements, chosen)
    cuts.remove_items(handlers.elements, list(files.values()))
    remove_unused(cuts, project, [handlers.elements[index].value for index in files.values()])
    return True


def _lists_of_handlers(config: cst.Dict) -> Iterator[cst.List]:
    """Yield the lists that say which handlers a logger has."""
    waiting: list[cst.CSTNode] = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.DictElement) and _text(node.key) == "handlers" and isinstance(node.value, cst.List):
            yield node.value
        waiting.extend(node.children)


def _dictionary(site: Site) -> cst.Dict | None:
    """Return the dictionary that the call is given, as it is or by a name that is bound once and only read."""
    module, call = site.module, site.call
    argument = argument_of(call, "config", 0)
    value = None if argument is None else argument.value
    if isinstance(value, cst.Name):
        binding = binding_of(module, value)
        if binding is None or any(
            isinstance(module.parent(read), (cst.Subscript, cst.Attribute)) for read in binding.reads
        ):
            return None
        value = binding.assigned(module)
    return value if isinstance(value, cst.Dict) else None


def _replace_class(cuts: Cuts, project: Project, handler: cst.Dict) -> bool:
    """Make a handler of a file one of a stream: the file's name becomes the stream, its further arguments go."""
    elements = list(_pairs(handler))
    if len(elements) != len(handler.elements) or not any(key == "filename" for key, _, _ in elements):
        return False
    files_only = [index for key, index, _ in elements if key not in {*_KEPT, "filename"}]
    cuts.remove_items(handler.elements, files_only)
    gone = [element for key, _, element in elements if key not in _KEPT]
    remove_unused(cuts, project, [element.value for element in gone])
    for key, _, element in elements:
        if key == "class" and isinstance(element.value, cst.SimpleString):
            cuts.replace(element.value, _quoted(_STREAM_HANDLER, element.value))
        elif key == "filename" and isinstance(element.key, cst.SimpleString):
            cuts.replace(element.key, _quoted("stream", element.key))
            cuts.replace(element.value, _quoted("ext://sys.stdout", element.key))
    return True


def _pairs(dictionary: cst.Dict) -> Iterator[tuple[str, int, cst.DictElement]]:
    """Yield the pairs whose key is a literal text, with their places."""
    for index, element in enumerate(dictionary.elements):
        if isinstance(element, cst.DictElement):
            key = _text(element.key)
            if key is not None:
                yield key, index, element


def _value(dictionary: cst.Dict, key: str) -> cst.BaseExpression | None:
    found = [element.value for name, _, element in _pairs(dictionary) if name == key]
    return found[0] if len(found) == 1 else None


def _text(node: cst.BaseExpression | None) -> str | None:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _quoted(text: str, like: cst.SimpleString) -> str:
    return f"{like.quote[0]}{text}{like.quote[0]}"
