"""A tree that notes what is asked of it, and what it answers: what was concluded holds while the answers do."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING

from lambdalint.model.mentions import Mentions
from lambdalint.model.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import BinaryIO

    from lambdalint.model.package import Vendored

NOTHING = "-"
"""The answer where there is no such file."""
UNSTEADY = "?"
"""The answer that is never given: the file changed between two looks at it."""


def digest(content: bytes) -> str:
    """Return what stands for *content*: 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def digest_of_names(names: Iterable[object]) -> str:
    """Return what stands for *names*, in their order."""
    return digest("\n".join(map(str, names)).encode("utf-8", "surrogatepass"))


class Answers:
    """What a tree answers to questions, in short: each is worked out once.

    A question is a letter, a colon and what it is about, such as ``c:`` and the path of a file whose content is meant.
    """

    def __init__(self, tree: Tree, mentions: Mentions | None = None) -> None:
        self.tree = tree
        self.mentions = Mentions(tree) if mentions is None else mentions
        self.holding: Callable[[tuple[str, ...], re.Pattern[bytes]], tuple[str, ...]] | None = None
        """What searches faster than file by file, if anything does."""
        self.checks: dict[str, Callable[[str, str], bool]] = {}
        """By further letters: what tells whether an answer still holds, where it need not be worked out again."""
        self._known: dict[str, str] = {}
        self._answers: dict[str, Callable[[str], str]] = {
            "c": self._content,
            "s": lambda path: str(tree.size(path)),
            "f": lambda path: str(path in tree),
            "d": lambda folder: str(folder in tree.directories),
            "n": lambda name: digest_of_names(tree.folders_of_module(name)),
            "i": lambda folder: digest_of_names(sorted(tree.inside(folder))),
            "m": lambda folder: digest_of_names(sorted(tree.modules_in(folder).items())),
            "b": lambda folder: digest_of_names(tree.below(folder)),
            "g": lambda patterns: digest_of_names(tree.named(*patterns.split("\n"))),
            "a": lambda _: digest_of_names(tree.files),
            "v": lambda _: digest_of_names(tree.vendored),
            "r": lambda _: digest_of_names(tree.replaced),
            "l": lambda _: digest_of_names(sorted(tree.large.items())),
            "h": self._holding,
            "o": lambda path: str(tree.is_folder_beside(path)),
            "e": lambda name: str(name in self.mentions),
        }

    def answer(self, question: str) -> str:
        """Return the answer to a question; what is no question has none."""
        known = self._known.get(question)
        if known is None:
            kind, _, about = question.partition(":")
            answer = self._answers.get(kind)
            known = self._known[question] = NOTHING if answer is None else answer(about)
        return known

    def learn(self, question: str, answer: str) -> None:
        """Take note of the answer to a question."""
        self._known[question] = answer

    def also(self, kind: str, answer: Callable[[str], str]) -> None:
        """Answer questions of a further kind."""
        self._answers[kind] = answer

    def hold(self, asked: Mapping[str, str]) -> bool:
        """Tell whether the questions of *asked* are answered as they were."""
        return all(self._holds(question, answer) for question, answer in asked.items())

    def _holds(self, question: str, answer: str) -> bool:
        check = self.checks.get(question[:1])
        if check is not None:
            return check(question[2:], answer)
        return (self._known.get(question) or self.answer(question)) == answer

    def _holding(self, about: str) -> str:
        names, flags, pattern = about.split("\0", 2)
        search = re.compile(pattern.encode("latin-1"), int(flags))
        return digest_of_names(self.tree.holding(tuple(names.split("\n")), search))

    def _content(self, path: str) -> str:
        content = self.tree.read(path)
        return NOTHING if content is None else digest(content)


def answers_of(tree: Tree) -> Answers:
    """Return what answers for *tree*: always the same, so that each question is worked out once."""
    if tree.answers is None:
        tree.answers = Answers(tree)
    return tree.answers


class Watched(Tree):
    """Another tree, with a note of each question and its answer in ``asked``."""

    def __init__(self, tree: Tree) -> None:
        self._of = answers_of(tree)
        self.__dict__.update(self._of.tree.__dict__)
        self._inner = self._of.tree
        self._noted: _Folders | None = None
        self.asked: dict[str, str] = {}
        self.searches: dict[tuple[tuple[str, ...], str], list[list[str]]] = {}
        """The files that matched, by the globs of their names and the pattern: up to where the search ended."""

    @property
    def plain(self) -> Tree:
        """The tree that this one asks."""
        return self._inner

    def search(self, names: tuple[str, ...], pattern: str, found: list[str]) -> None:
        """Note a search; *found* will hold the files that match."""
        self.searches.setdefault((names, pattern), []).append(found)

    def note(self, question: str) -> None:
        """Note that a question was asked."""
        if question not in self.asked:
            self.asked[question] = self._of.answer(question)

    def begin(self) -> dict[str, str]:
        """Forget what was asked, and return where what is asked from now on is noted."""
        self.asked, self.searches = {}, {}
        return self.asked

    def mentions(self, name: str) -> bool:
        """Tell whether a file may set the environment variable *name*."""
        self.note(f"e:{name}")
        return name in self._of.mentions

    def __contains__(self, path: str) -> bool:
        self.note(f"f:{path}")
        return path in self._inner

    @property
    def files(self) -> tuple[str, ...]:
        """The listed files, in order."""
        self.note("a:")
        return self._inner.files

    @property
    def vendored(self) -> tuple[Vendored, ...]:
        """The installed packages that lie between the files."""
        self.note("v:")
        return self._inner.vendored

    @property
    def replaced(self) -> tuple[str, ...]:
        """The files of which something else is read than the disk holds."""
        self.note("r:")
        return self._inner.replaced

    @property
    def large(self) -> Mapping[str, int]:
        """The files that are too large to be listed, with their sizes in bytes."""
        self.note("l:")
        return self._inner.large

    @property
    def directories(self) -> frozenset[str]:
        """Every folder that holds a listed file, and the folders above; the root is ``""``."""
        if self._noted is None:
            self._noted = _Folders(self._inner.directories)
            self._noted.tree = self
        return self._noted

    def holding(self, names: tuple[str, ...], pattern: re.Pattern[bytes]) -> tuple[str, ...]:
        """Return the files named like one of the globs *names* that hold what *pattern* matches, in order."""
        globs = "\n".join(names)
        self.note(f"h:{globs}\0{int(pattern.flags)}\0{pattern.pattern.decode('latin-1')}")
        return self._inner.holding(names, pattern)

    def is_folder_beside(self, path: str) -> bool:
        """Tell whether there is a folder that holds no listed file, and no part of the way to it is a link."""
        self.note(f"o:{path}")
        return self._inner.is_folder_beside(path)

    def leave(self) -> None:
        """Say that more is read now than this tree answers: what is concluded from it may hold no longer than now."""
        self.asked["?:"] = UNSTEADY

    def named(self, *patterns: str) -> Iterator[str]:
        """Return the files whose name matches one of the glob *patterns*, in order."""
        self.note("g:" + "\n".join(patterns))
        return self._inner.named(*patterns)

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, at any depth, in order."""
        self.note(f"b:{folder}")
        return self._inner.below(folder)

    def inside(self, folder: str) -> frozenset[str]:
        """Return the names of the modules and folders right in a folder."""
        self.note(f"i:{folder}")
        return self._inner.inside(folder)

    def folders_of_module(self, name: str) -> tuple[str, ...]:
        """Return the folders that hold a top-level module or package *name*, anywhere in the project."""
        self.note(f"n:{name}")
        return self._inner.folders_of_module(name)

    def modules_in(self, directory: str) -> dict[str, bool]:
        """Return the modules and packages right in *directory*, each with whether it is a package."""
        self.note(f"m:{directory}")
        return self._inner.modules_in(directory)

    def read(self, path: str) -> bytes | None:
        """Return the content of a listed file, or None if it cannot be read."""
        content = self._inner.read(path)
        question, answer = f"c:{path}", NOTHING if content is None else digest(content)
        self._of.learn(question, answer)
        if self.asked.setdefault(question, answer) != answer:
            self.asked[question] = UNSTEADY
        return content

    def open(self, path: str) -> BinaryIO | None:
        """Return a listed file, opened for reading, or None if it cannot be read."""
        content = self.read(path) if path in self else None
        return None if content is None else io.BytesIO(content)

    def size(self, path: str) -> int | None:
        """Return how many bytes a listed file holds, or None if that cannot be told."""
        self.note(f"s:{path}")
        return self._inner.size(path)


class _Folders(frozenset[str]):
    """Folders that note whether a path is asked for, or all are."""

    tree: Watched

    def __contains__(self, folder: object) -> bool:
        self.tree.note(f"d:{folder}")
        return super().__contains__(folder)

    def __iter__(self) -> Iterator[str]:
        self.tree.note("a:")
        return super().__iter__()
