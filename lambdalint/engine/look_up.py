"""Finds what the catalogue knows of a name: a callable, a class, a library, a distribution or a program."""

from __future__ import annotations

import difflib
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from lambdalint.catalogue import in_use, words
from lambdalint.model.catalogue_page import CatalogueEntry, CatalogueLibrary, CataloguePage
from lambdalint.packaging.import_names import DISTRIBUTIONS, distribution_of, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdalint.catalogue import Catalogue
    from lambdalint.catalogue.library_default_row import LibraryDefaultRow
    from lambdalint.catalogue.row import Row
    from lambdalint.catalogue.schema import CatalogueFile
    from lambdalint.catalogue.user_rows import EncodedRows

CONVENTIONS = {
    "cv": "cv2",
    "gpd": "geopandas",
    "mpl": "matplotlib",
    "np": "numpy",
    "nx": "networkx",
    "pa": "pyarrow",
    "pd": "pandas",
    "pl": "polars",
    "plt": "matplotlib.pyplot",
    "px": "plotly.express",
    "sns": "seaborn",
    "tf": "tensorflow",
    "xr": "xarray",
}
"""Names that libraries are usually imported as."""

_NAMESPACES = frozenset({"google", "google.cloud", "azure", "azure.storage"})
"""Packages that several distributions share."""
_CALLS = ("effect", "reads", "stores", "fetches", "returns", "passes", "invokes", "neutral")
_MODULES = ("library-default", "package", "older-release", "sdk")
_OTHERS = ("setting", "request-source", "asset", "command", "alias", "shared-layer")
_TABLES = (*_MODULES, *_CALLS, *_OTHERS)
_MOST_NAMES = 5


class UnknownName(Exception):
    """The catalogue knows nothing of a name; ``nearest`` are names that it knows and that may be meant."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(name)
        self.nearest = nearest


def library_of(name: str) -> str:
    """Return the module that a dotted *name* belongs to: the first part, or more of it in a shared namespace."""
    parts = name.split(".")
    end = 1
    while end < len(parts) and ".".join(parts[:end]) in _NAMESPACES:
        end += 1
    return ".".join(parts[:end])


class Known(msgspec.Struct, frozen=True):
    """A row with its table, and what it is about: dotted names, programs, distributions.

    ``own`` marks a row of the user, ``standard`` one about Python's standard library.
    """

    table: str
    row: Row
    subjects: tuple[str, ...]
    own: bool
    standard: bool = False

    def entry(self, subject: str) -> CatalogueEntry:
        """Return what is said of *subject*."""
        row = self.row
        return CatalogueEntry(
            self.table, subject, words.headline(row), words.facts(row), row.source, self.own, words.as_toml(row)
        )


class Index:
    """The rows in use, by what they are about. The first *own* files are those of the user."""

    def __init__(self, catalogue: Catalogue, own: int = 0) -> None:
        self._catalogue = catalogue
        self.rows = tuple(_known(catalogue.files, own))

    @cached_property
    def _places_of_defaults(self) -> Mapping[str, frozenset[str]]:
        """The dotted names that bring each default into force, by the name of its row."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for known in self.rows:
            library = getattr(known.row, "library", None)
            if known.table == "library-default":
                found[_name(known.row)].update(known.subjects)
            elif known.table == "effect" and library is not None:
                found[library].update(known.subjects)
        return {name: frozenset(subjects) for name, subjects in found.items()}

    def defaults_of(self, library: str) -> tuple[LibraryDefaultRow, ...]:
        """Return where *library* writes by default."""
        rows = self._catalogue.library_defaults.by_name
        return tuple(row for name, row in rows.items() if self._is_of(name, library))

    def triggers_of(self, default: str) -> tuple[str, ...]:
        """Return the modules whose import brings a default into force, then the calls; by the name of its row."""
        row = self._catalogue.library_defaults.by_name[default]
        calls = sorted(self._places_of_defaults.get(default, frozenset()).difference(row.imports))
        return (*(f"import {name}" for name in row.imports), *calls)

    def _is_of(self, default: str, library: str) -> bool:
        row = self._catalogue.library_defaults.by_name.get(default)
        if row is not None and normalised(row.library) == normalised(library):
            return True
        return any(library_of(subject) == library for subject in self._places_of_defaults.get(default, ()))

    @cached_property
    def libraries(self) -> Mapping[str, tuple[Known, ...]]:
        """The rows about calls, settings and the like, by the module that they belong to."""
        found: defaultdict[str, list[Known]] = defaultdict(list)
        for known in self.rows:
            if known.table not in ("command", "package", "older-release", "sdk", "shared-layer"):
                for library in dict.fromkeys(map(library_of, known.subjects)):
                    found[library].append(known)
        return {library: tuple(found[library]) for library in sorted(found, key=str.casefold)}

    def is_standard(self, library: str) -> bool:
        """Tell whether *library* is a module of Python's standard library."""
        rows = [one for one in self.libraries[library] if not one.own and one.table != "alias"]
        return sum(one.standard for one in rows) * 2 > len(rows)

    def distribution(self, library: str) -> str:
        """Return the distribution that brings *library*; empty if that is not known."""
        name = distribution_of(library)
        known = library in DISTRIBUTIONS or name in self._catalogue.packages
        return name if known and not self.is_standard(library) else ""

    def listed(self) -> tuple[CatalogueLibrary, ...]:
        """Return all libraries, by name."""
        return tuple(
            CatalogueLibrary(
                name=library,
                distribution=self.distribution(library),
                calls=len({name for one in rows if one.table in _CALLS for name in one.subjects}),
                places=tuple(dict.fromkeys(words.place(row.location) for row in self.defaults_of(library))),
                standard=self.is_standard(library),
                own=any(one.own for one in rows),
            )
            for library, rows in self.libraries.items()
        )

    def programs(self) -> tuple[str, ...]:
        """Return the names of all programs, without the words of their subcommands."""
        names = (name for one in self.rows if one.table == "command" for name in one.subjects)
        return tuple(sorted({name.partition(" ")[0] for name in names}))

    def page(self, name: str) -> CataloguePage:
        """Return what is known of *name*.

        Raises:
            UnknownName: nothing is.
        """
        asked = name.strip().removesuffix("()")
        wanted = dict.fromkeys(self._meanings(asked))
        found: dict[tuple[int, str, int], CatalogueEntry] = {}
        names: list[str] = []
        for meaning in wanted:
            matching = dict(self._matching(meaning))
            if matching:
                names.append(meaning)
            found |= matching
        if not found:
            raise UnknownName(name, self._nearest(asked))
        return CataloguePage(name, tuple(names), tuple(entry for _, entry in sorted(found.items(), key=_order)))

    def _meanings(self, name: str) -> Iterator[str]:
        """Yield the names that *name* may stand for."""
        yield name
        first, dot, rest = name.partition(".")
        if first in CONVENTIONS:
            yield f"{CONVENTIONS[first]}{dot}{rest}"
            yield self._catalogue.canonical(f"{CONVENTIONS[first]}{dot}{rest}")
        yield self._catalogue.canonical(name)
        distribution = normalised(name)
        yield distribution
        for library in self.libraries:
            if distribution in (distribution_of(library), normalised(library)):
                yield library
        yield from (module for module, owner in DISTRIBUTIONS.items() if owner == distribution)
        for row in self._catalogue.library_defaults.by_name.values():
            if name.casefold() in (row.name.casefold(), row.library.casefold()):
                yield row.name

    def _matching(self, name: str) -> Iterator[tuple[tuple[int, str, int], CatalogueEntry]]:
        distribution = distribution_of(name) if library_of(name) == name else name
        defaults = {
            row.name
            for row in self._catalogue.library_defaults.by_name.values()
            if row.name == name
            or (self._is_of(row.name, name) if library_of(name) == name else self._leads_to(name, row.name))
        }
        for number, known in enumerate(self.rows):
            if known.table == "library-default":
                if _name(known.row) in defaults:
                    yield (0, _name(known.row), number), known.entry(_name(known.row))
            elif known.table in ("package", "older-release", "sdk"):
                if distribution in known.subjects:
                    yield (1, distribution, number), known.entry(distribution)
            else:
                separator = " " if known.table == "command" else "."
                for subject in known.subjects:
                    if subject == name or subject.startswith(name + separator):
                        yield (2 + (subject != name), subject, number), known.entry(subject)
                if known.table == "alias" and known.row.of == name:  # type: ignore[attr-defined]
                    yield (3, known.subjects[0], number), known.entry(known.subjects[0])

    def _leads_to(self, name: str, default: str) -> bool:
        return any(
            subject == name or subject.startswith(f"{name}.") for subject in self._places_of_defaults.get(default, ())
        )

    def _nearest(self, name: str) -> tuple[str, ...]:
        subjects = dict.fromkeys(subject for known in self.rows for subject in known.subjects)
        inner = sorted(subject for subject in subjects if subject.endswith(f".{name}"))
        if inner:
            return tuple(inner[:_MOST_NAMES])
        known = subjects if "." in name else [subject for subject in subjects if "." not in subject]
        by_folded = {subject.casefold(): subject for subject in (*known, *self.libraries)}
        found = difflib.get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.7)
        if not found and "." in name:
            found = difflib.get_close_matches(library_of(name).casefold(), map(str.casefold, self.libraries), n=1)
            by_folded |= {library.casefold(): library for library in self.libraries}
        return tuple(by_folded[one] for one in found)


def index(rows: EncodedRows = ()) -> Index:
    """Return what the catalogue knows, with the *rows* of a user."""
    return Index(in_use(rows), len(rows))


def _known(files: Iterable[tuple[str, CatalogueFile]], own: int) -> Iterator[Known]:
    for number, (name, content) in enumerate(files):
        standard = number >= own and name.startswith("stdlib/")
        for table in _TABLES:
            for row in getattr(content, table.replace("-", "_")):
                yield Known(table, row, _subjects(table, row), number < own, standard)


def _subjects(table: str, row: Row) -> tuple[str, ...]:
    if table in _CALLS:
        return (row.call,)  # type: ignore[attr-defined]  # the rows of these tables have it
    if table == "library-default":
        return (*row.imports, *row.calls)  # type: ignore[attr-defined]
    found = getattr(row, {"asset": "calls", "command": "names"}.get(table, ""), ())
    if found:
        return tuple(found)
    return (str(getattr(row, "dotted", None) or getattr(row, "distribution", None) or _name(row)),)


def _name(row: Row) -> str:
    return str(getattr(row, "name", ""))


def _order(item: tuple[tuple[int, str, int], CatalogueEntry]) -> tuple[int, str, int, int]:
    (group, subject, number), entry = item
    return group, subject, _TABLES.index(entry.table), number
