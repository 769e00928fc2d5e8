"""Recalls what earlier runs concluded, where all that it was concluded from is as it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from lambdalint import __version__, rerun
from lambdalint.engine.cache import Cache, content_hash
from lambdalint.model.mentions import Mentions
from lambdalint.model.watched import UNSTEADY, Answers, Watched
from lambdalint.packaging.disk import disk_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdalint.model import Settings, Tree

_Value = TypeVar("_Value")

STATE = "state"
"""The kind of what a run keeps of the files that it found; the newest few are enough."""
_MOST_STATES = 16

_LIBRARIES = ("lark-", "libcst-", "msgspec-", "packaging-", "pathspec-", "python_hcl2-", "pyyaml-", "tomli-")

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_NAMES = msgspec.msgpack.Decoder(frozenset[bytes])


class _Conclusion(msgspec.Struct, array_like=True, frozen=True):
    """The answers that a value rests on, and the value, encoded."""

    asked: dict[str, str]
    value: msgspec.Raw


_CONCLUSION = msgspec.msgpack.Decoder(_Conclusion)


def digest_of(*parts: object) -> str:
    """Return what stands for plain values: equal ones have equal digests.

    Raises:
        ValueError: a text cannot be encoded.
    """
    return content_hash(_ENCODER.encode(parts))


def _libraries() -> list[str]:
    """Return the installed distributions that conclusions depend on, with their versions, by the names of their marks.

    ``importlib.metadata`` would take longer than all else.
    """
    try:
        beside = Path(msgspec.__file__).parent.parent.iterdir()
        return sorted(path.name for path in beside if path.name.lower().startswith(_LIBRARIES))
    except OSError:
        return []


class Recall:
    """What earlier runs concluded about the files of *tree*.

    A conclusion is known by its kind and a key, which stands for all that went into it but the files; for these it
    keeps the answers that the tree gave. Without a *cache*, nothing is recalled or kept.
    """

    def __init__(self, tree: Tree, cache: Cache | None, rows: str = "") -> None:
        self._cache = cache
        self._rows = rows
        self._decoders: dict[object, msgspec.msgpack.Decoder[object]] = {}
        if tree.answers is None:
            tree.answers = Answers(tree, Mentions(tree, self))
        self.answers = tree.answers
        self.renewals: list[Callable[[Mapping[str, str]], Mapping[str, str]]] = []
        """Give answers in a newer form, for conclusions that hold."""

    @classmethod
    def of(cls, tree: Tree, settings: Settings) -> Recall:
        """Return what is recalled for a run with *settings*."""
        if not settings.cache:
            return cls(tree, None)
        stands_for = "|".join(("conclusions", __version__, rerun.own_stamp(), sys.version, *_libraries()))
        from lambdalint.engine.searches import Holdings, States

        cache = Cache(tree.root / settings.cache_dir, stands_for, {STATE: _MOST_STATES})
        recall = cls(tree, cache, digest_of(settings.catalogue_rows))
        for kind, answer in disk_answers(tree.root).items():
            recall.answers.also(kind, answer)
        recall.answers.holding = Holdings(recall, States(recall))
        return recall

    def get(self, kind: str, key: str, of: type[_Value], tree: Tree | None = None) -> _Value | None:
        """Return what was concluded, or None if that is not known, or no longer.

        A *tree* that is watched takes note of the answers that it rests on.
        """
        encoded = None if self._cache is None else self._cache.get(self._key(kind, key))
        if encoded is None:
            return None
        try:
            conclusion = _CONCLUSION.decode(encoded)
            if not self.answers.hold(conclusion.asked):
                return None
            value = self._decoded(conclusion.value, of)
        except (msgspec.DecodeError, RecursionError):
            return None
        newer = {question: answer for renew in self.renewals for question, answer in renew(conclusion.asked).items()}
        if newer:
            self._put(kind, key, {**conclusion.asked, **newer}, conclusion.value)
        if isinstance(tree, Watched):
            tree.asked.update(conclusion.asked)
        return value

    def _decoded(self, encoded: msgspec.Raw | bytes, of: type[_Value]) -> _Value:
        decoder = self._decoders.get(of)
        if decoder is None:
            decoder = self._decoders[of] = msgspec.msgpack.Decoder(of)
        value: _Value = decoder.decode(encoded)  # type: ignore[assignment] # the decoder of this type
        return value

    def keep(self, kind: str, key: str, of: type[_Value], asked: Mapping[str, str], value: _Value) -> None:
        """Remember what was concluded, and the answers that it rests on.

        What cannot be encoded, or comes back as something else, is not kept.
        """
        if self._cache is None or UNSTEADY in asked.values():
            return
        try:
            encoded = _ENCODER.encode(value)
            if _ENCODER.encode(self._decoded(encoded, of)) == encoded:
                self._put(kind, key, asked, msgspec.Raw(encoded))
        except (msgspec.DecodeError, ValueError, TypeError, OverflowError, RecursionError):
            return

    def _put(self, kind: str, key: str, asked: Mapping[str, str], encoded: msgspec.Raw) -> None:
        if self._cache is not None:
            self._cache.put(self._key(kind, key), _ENCODER.encode(_Conclusion(dict(asked), encoded)))

    def concluded(
        self, kind: str, parts: tuple[object, ...], of: type[_Value], tree: Tree, make: Callable[[Tree], _Value], /
    ) -> _Value:
        """Return what *make* concludes from a tree, or has concluded before; see ``deployment.recalled``."""
        if self._cache is None:
            return make(tree)
        try:
            key = digest_of(*parts)
        except ValueError:
            return make(tree)
        value = self.get(kind, key, of, tree)
        if value is None:
            watched = Watched(self.answers.tree)
            value = make(watched)
            self.keep(kind, key, of, watched.asked, value)
            if isinstance(tree, Watched):
                tree.asked.update(watched.asked)
        return value

    def save(self) -> None:
        """Write what was kept; a folder that refuses it is no error."""
        if self._cache is not None:
            self._cache.save()

    def names(self, path: str, form: str) -> frozenset[bytes] | None:
        """Return the names of variables in the file at *path*, read as *form*, or None if they are not known."""
        encoded = None if self._cache is None else self._cache.get(self._key_of_names(path, form))
        try:
            return None if encoded is None else _NAMES.decode(encoded)
        except msgspec.DecodeError:
            return None

    def keep_names(self, path: str, form: str, names: frozenset[bytes]) -> None:
        """Remember the names of variables in the file at *path*, read as *form*."""
        if self._cache is not None:
            self._cache.put(self._key_of_names(path, form), _ENCODER.encode(names))

    def _key_of_names(self, path: str, form: str) -> str:
        return f"names|{form}|{self.answers.answer(f'c:{path}')}"

    def _key(self, kind: str, key: str) -> str:
        return f"{kind}|{self._rows}|{key}"
