"""What the web applications of a function's code register: routes, what is mounted where, and what is served."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.flow.values import Atom

Owner: TypeAlias = "int | str"
"""An application, a router, one pattern or one inclusion by its object's number; the patterns of a module by its path.

0 is an application that is not known.
"""
MOST_ROUTES = 5_000
MOST_NESTED = 12


class Route(msgspec.Struct, frozen=True):
    """A function that a web framework calls.

    ``calling`` says how, see ``models.web.parameters``; ``path`` is relative to what the route is mounted below, and
    None for a function that is called for other requests, too. ``starts`` marks what runs once, before the first
    request. Of a view class, ``view`` is the class and ``method`` its method's name.
    """

    function: Atom | None
    calling: str
    verbs: str = ""
    path: str | None = None
    starts: bool = False
    view: Atom | None = None
    method: str = ""

    @property
    def label(self) -> str:
        """What a report calls the route."""
        return f"{self.verbs} {self.path}".strip() if self.path is not None else self.verbs


class Mount(msgspec.Struct, frozen=True):
    """All routes of ``part``, below a prefix; None as a prefix leaves it to the part."""

    part: Owner
    prefix: str | None = ""


class Site(msgspec.Struct):
    """All that is registered, in the order of the code."""

    entries: dict[Owner, list[Route | Mount]] = msgspec.field(default_factory=dict)
    prefixes: dict[Owner, str] = msgspec.field(default_factory=dict)
    """What is before the paths of a part that is mounted without a prefix."""
    bases: dict[Owner, str] = msgspec.field(default_factory=dict)
    """What is before the paths of a router wherever it is mounted."""
    held: dict[int, tuple[Atom, ...]] = msgspec.field(default_factory=dict)
    """What an object of unknown meaning was made of: applications, views."""
    pending: dict[int, tuple[Owner, tuple[Route, ...]]] = msgspec.field(default_factory=dict)
    """The routes of an object that decorates functions with them."""
    served: dict[Owner, None] = msgspec.field(default_factory=dict)
    """What the code gives a request to."""
    asleep: set[Owner] = msgspec.field(default_factory=set)
    """Applications whose start-up code an adapter leaves out."""
    listening: bool = False
    """Whether the code that is run may give a request to an application: not while it is imported."""
    frozen: bool = False
    count: int = 0
    _visits: int = 0

    @property
    def noted(self) -> int:
        """How much is registered, without what objects hold."""
        return (
            self.count + len(self.prefixes) + len(self.bases) + len(self.pending) + len(self.served) + len(self.asleep)
        )

    def register(self, owner: Owner, entry: Route | Mount) -> None:
        """Add a route or a mount to an application, once."""
        entries = self.entries.setdefault(owner, [])
        if not self.frozen and self.count < MOST_ROUTES and entry not in entries:
            entries.append(entry)
            self.count += 1

    def move(self, part: Owner, source: Owner, target: Owner) -> None:
        """Mount at *target* what *source* has mounted without a prefix so far."""
        entry = Mount(part)
        entries = self.entries.get(source, [])
        if not self.frozen and entry in entries:
            entries.remove(entry)
        self.register(target, entry)

    def routes(self, roots: Iterable[Owner]) -> Iterator[Route]:
        """Yield the routes that are reached from *roots*, each with its whole path."""
        found: dict[Route, None] = {}
        self._visits = 0
        for root in dict.fromkeys((*roots, 0)):
            self._collect(root, self.prefixes.get(root, ""), found, ())
        yield from found

    def everything(self) -> Iterator[Owner]:
        """Yield what is mounted nowhere."""
        mounted = {entry.part for entries in self.entries.values() for entry in entries if isinstance(entry, Mount)}
        yield from (owner for owner in self.entries if owner not in mounted)

    def _collect(self, owner: Owner, prefix: str, found: dict[Route, None], above: tuple[Owner, ...]) -> None:
        self._visits += 1
        if owner in above or len(above) > MOST_NESTED or max(len(found), self._visits) > MOST_ROUTES:
            return
        for entry in self.entries.get(owner, ()):
            if isinstance(entry, Mount):
                own = self.prefixes.get(entry.part, "")
                below = own if entry.prefix is None else entry.prefix
                self._collect(entry.part, joined(prefix, below), found, (*above, owner))
            elif not (entry.starts and owner in self.asleep):
                path = None if entry.path is None else joined(prefix, entry.path)
                found[replace(entry, path=path)] = None


def joined(prefix: str, path: str) -> str:
    """Return a path below a prefix."""
    if not prefix or not path:
        return prefix or path
    return prefix.rstrip("/") + path if path.startswith("/") else prefix + path
