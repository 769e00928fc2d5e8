"""Loads the catalogue: its compiled form, or its TOML files with a check of every row; indexed by the call."""

from __future__ import annotations

import gc
import re
from collections import defaultdict
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from lambdalint.catalogue import compiled, shared_layers, source_files
from lambdalint.catalogue.compiled import Compiled
from lambdalint.catalogue.library_defaults import LibraryDefaults
from lambdalint.catalogue.receivers import Receivers
from lambdalint.catalogue.schema import (
    AssetRow,
    CatalogueFile,
    CommandRow,
    EffectRow,
    FetchesRow,
    InvokesRow,
    NeutralRow,
    PassesRow,
    PlatformRow,
    ReadsRow,
    RequestSourceRow,
    ReturnsRow,
    SettingRow,
    StoresRow,
)
from lambdalint.catalogue.shared_layers import SharedLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lambdalint.catalogue.packaging_rows import OlderReleaseRow, PackageRow, RuntimeRow, SdkRow, SharedLayerRow
    from lambdalint.catalogue.row import Row
    from lambdalint.catalogue.source_files import SourceFile


class CatalogueError(Exception):
    """A row that the schema refuses; the message names the file and the row."""


_Called = TypeVar("_Called", EffectRow, ReturnsRow, PassesRow, StoresRow, FetchesRow, ReadsRow, InvokesRow, NeutralRow)

_Calling = TypeVar("_Calling", SettingRow, AssetRow)


_MOST_NAMES = 50_000
"""How many dotted names are kept with their canonical ones."""


class Catalogue(msgspec.Struct, frozen=True, dict=True):
    """All rows, by the dotted name of the call; the ``*_methods`` hold name-only rows by the method's bare name.

    ``commands`` are by the name of the program.
    """

    effects: dict[str, tuple[EffectRow, ...]]
    returns: dict[str, tuple[ReturnsRow, ...]]
    passes: dict[str, tuple[PassesRow, ...]]
    stores: dict[str, tuple[StoresRow, ...]]
    fetches: dict[str, tuple[FetchesRow, ...]]
    reads: dict[str, tuple[ReadsRow, ...]]
    invokes: dict[str, tuple[InvokesRow, ...]]
    neutral: dict[str, tuple[NeutralRow, ...]]
    commands: dict[str, tuple[CommandRow, ...]]
    request_sources: dict[str, RequestSourceRow]
    settings: dict[str, tuple[SettingRow, ...]]
    """By each call that reads them."""
    assets: dict[str, tuple[AssetRow, ...]]
    """By each call that fetches them."""
    platforms: dict[str, PlatformRow]
    aliases: dict[str, str]
    effect_methods: dict[str, tuple[EffectRow, ...]]
    store_methods: dict[str, tuple[StoresRow, ...]]
    fetch_methods: dict[str, tuple[FetchesRow, ...]]
    read_methods: dict[str, tuple[ReadsRow, ...]]
    pass_methods: dict[str, tuple[PassesRow, ...]]
    packages: Mapping[str, PackageRow]
    """By the normalised name of the distribution, as ``sdk``."""
    older_releases: Mapping[str, tuple[OlderReleaseRow, ...]]
    sdk: Mapping[str, SdkRow]
    runtimes: tuple[RuntimeRow, ...]
    shared_layers: tuple[SharedLayerRow, ...]
    library_defaults: LibraryDefaults
    files: tuple[tuple[str, CatalogueFile], ...] = ()
    digest: str = ""

    @cached_property
    def canonical(self) -> Callable[[str], str]:
        """Follows aliases of a dotted name, also of the type that a method's name starts with."""
        return lru_cache(maxsize=_MOST_NAMES)(self._canonical)

    def _canonical(self, name: str) -> str:
        if name in self.aliases:
            return self.aliases[name]
        owner, dot, member = name.rpartition(".")
        if dot and owner in self.aliases:
            return self.receivers.settled(f"{self.aliases[owner]}.{member}")
        return self.receivers.settled(name)

    @cached_property
    def receivers(self) -> Receivers:
        """The types that rows speak of methods of."""
        calls = (self.effects, self.returns, self.passes, self.stores, self.fetches, self.reads, self.invokes)
        return Receivers(calls, self.aliases)

    def release(self, name: str, version: str | None) -> PackageRow | OlderReleaseRow | None:
        """Return the row with the size of a *version* of the distribution *name*; None stands for the current one."""
        older = self.older_releases.get(name, ())
        if version is None or not older:
            return self.packages.get(name)
        from packaging.version import InvalidVersion, Version

        try:
            known = Version(version)
        except InvalidVersion:
            return self.packages.get(name)
        later = [row for row in older if known < Version(row.before)]
        return min(later, key=lambda row: Version(row.before), default=None) or self.packages.get(name)

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what the distributions *names*, which are normalised, require in turn, as far as rows tell; sorted."""
        given, found = tuple(names), set[str]()
        waiting = list(given)
        while waiting:
            row = self.packages.get(waiting.pop())
            for required in row.requires if row is not None else ():
                if required not in found:
                    found.add(required)
                    waiting.append(required)
        return tuple(sorted(found.difference(given)))

    def runtime_distributions(self, platform: str, runtime: str | None) -> tuple[str, ...]:
        """Return the distributions that *runtime* of *platform* brings; where it is None, those that all of them do."""
        rows = [row for row in self.runtimes if row.platform == platform]
        if runtime is not None:
            rows = [row for row in rows if re.fullmatch(row.runtimes, runtime)]
        if not rows:
            return ()
        return tuple(sorted(set(rows[0].distributions).intersection(*(row.distributions for row in rows))))

    def shared_layer(self, arn: str) -> SharedLayer | None:
        """Return the published layer that *arn* names, also one with expressions in it; None if it is not known."""
        found = shared_layers.find(self.shared_layers, arn)
        if found is None:
            return None
        row, named = found
        brought = (named, *self.closure((named,))) if named is not None else ()
        return SharedLayer(row.name, tuple(sorted({*row.distributions, *brought})), row.complete)

    @staticmethod
    def matches(pattern: str, arn: str) -> bool:
        """Tell whether *arn*, or another name of a layer, is one that *pattern* stands for; see ``shared_layers``."""
        return shared_layers.matches(pattern, arn)


def parse_file(where: str, text: str) -> CatalogueFile:
    """Parse one catalogue file; raise CatalogueError naming the file and the row for whatever is wrong."""
    import tomli

    from lambdalint.catalogue.mistakes import mistakes

    try:
        parsed = msgspec.convert(tomli.loads(text), CatalogueFile)
    except tomli.TOMLDecodeError as error:
        raise CatalogueError(f"{where}: {error}") from None
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from None
    for table in msgspec.structs.fields(CatalogueFile):
        for row in getattr(parsed, table.name):
            for mistake in mistakes(table.encode_name, row):
                raise CatalogueError(f"{where}: {_subject(row)}: {mistake.problem}")
    return parsed


def _subject(row: Row) -> str:
    """Return what a row is about, for messages."""
    for name in ("call", "dotted", "name", "names", "distribution", "platform"):
        found = getattr(row, name, "")
        if found:
            return found if isinstance(found, str) else ", ".join(found)
    return ""


def _by_call(rows: Iterable[_Called]) -> dict[str, tuple[_Called, ...]]:
    found: defaultdict[str, list[_Called]] = defaultdict(list)
    for row in rows:
        found[row.call].append(row)
    return {call: tuple(group) for call, group in found.items()}


def _by_program(rows: Iterable[CommandRow]) -> dict[str, tuple[CommandRow, ...]]:
    """Index rows by the name of the program, without the words of a subcommand."""
    found: defaultdict[str, list[CommandRow]] = defaultdict(list)
    for row in rows:
        for program in dict.fromkeys(name.partition(" ")[0] for name in row.names):
            found[program].append(row)
    return {program: tuple(group) for program, group in found.items()}


def _by_method(rows: Iterable[_Called]) -> dict[str, tuple[_Called, ...]]:
    found: defaultdict[str, list[_Called]] = defaultdict(list)
    for row in rows:
        found[row.call.rpartition(".")[2]].append(row)
    return {call: tuple(group) for call, group in found.items()}


def _by_each_call(rows: Iterable[_Calling]) -> dict[str, tuple[_Calling, ...]]:
    found: defaultdict[str, list[_Calling]] = defaultdict(list)
    for row in rows:
        for call in row.calls:
            found[call].append(row)
    return {call: tuple(group) for call, group in found.items()}


def _by_distribution(rows: Iterable[OlderReleaseRow]) -> dict[str, tuple[OlderReleaseRow, ...]]:
    found: defaultdict[str, list[OlderReleaseRow]] = defaultdict(list)
    for row in rows:
        found[row.distribution].append(row)
    return {name: tuple(group) for name, group in found.items()}


def build(files: tuple[tuple[str, CatalogueFile], ...], digest: str = "") -> Catalogue:
    """Index the rows of *files*."""
    contents = [content for _, content in files]
    effects = [row for content in contents for row in content.effect]
    returns = [row for content in contents for row in content.returns]
    passes = [row for content in contents for row in content.passes]
    stores = [row for content in contents for row in content.stores]
    fetches = [row for content in contents for row in content.fetches]
    reads = [row for content in contents for row in content.reads]
    return Catalogue(
        effects=_by_call(effects),
        returns=_by_call(returns),
        passes=_by_call(passes),
        stores=_by_call(stores),
        fetches=_by_call(fetches),
        reads=_by_call(reads),
        invokes=_by_call(row for content in contents for row in content.invokes),
        neutral=_by_call(row for content in contents for row in content.neutral),
        commands=_by_program(row for content in contents for row in content.command),
        request_sources={row.name: row for content in contents for row in content.request_source},
        settings=_by_each_call(row for content in contents for row in content.setting),
        assets=_by_each_call(row for content in contents for row in content.asset),
        platforms={row.name: row for content in contents for row in content.platform},
        aliases={row.name: row.of for content in contents for row in content.alias},
        effect_methods=_by_method(row for row in effects if row.name_only),
        store_methods=_by_method(row for row in stores if row.name_only),
        fetch_methods=_by_method(row for row in fetches if row.name_only),
        read_methods=_by_method(row for row in reads if row.name_only),
        pass_methods=_by_method(row for row in passes if row.name_only),
        packages={row.distribution: row for content in contents for row in content.package},
        older_releases=_by_distribution(row for content in contents for row in content.older_release),
        sdk={row.distribution: row for content in contents for row in content.sdk},
        runtimes=tuple(row for content in contents for row in content.runtime),
        shared_layers=tuple(row for content in contents for row in content.shared_layer),
        library_defaults=LibraryDefaults.of(row for content in contents for row in content.library_default),
        files=files,
        digest=digest,
    )


def parse_files(files: Iterable[SourceFile]) -> Compiled:
    """Parse the TOML files of the catalogue, with a check of every row, as ``parse_file`` does."""
    sources = tuple(files)
    parsed = tuple((file.name, parse_file(file.name, file.content.decode())) for file in sources)
    return Compiled(parsed, source_files.digest(sources))


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """Return the built-in catalogue; raise CatalogueError if a row in the TOML files is wrong."""
    with _without_collection():
        found = compiled.shipped()
        if found is None:
            sources = source_files.read()
            key = source_files.key(sources)
            found = compiled.kept(key)
            if found is None:
                found = parse_files(sources)
                compiled.keep(found, key)
        return build(found.files, found.digest)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Put off garbage collection: of thousands of rows that all stay, it takes longer than reading them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
