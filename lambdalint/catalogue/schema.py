"""The typed, closed shape of a catalogue row.

A *parameter reference* names a parameter and its position: ``file@0`` is the first positional argument or the keyword
``file``; ``dir`` is keyword only; ``self`` is the receiver; ``@0`` is positional only. Positions of a method do not
count the receiver. ``options@0[cache]`` is what a dictionary that is given for a parameter holds under a key.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from lambdalint.catalogue.condition import Condition
from lambdalint.catalogue.library_default_row import LibraryDefaultRow
from lambdalint.catalogue.packaging_rows import OlderReleaseRow, PackageRow, RuntimeRow, SdkRow, SharedLayerRow
from lambdalint.catalogue.row import Row
from lambdalint.model import EffectKind

PARAMETER = re.compile(r"self|(?:[A-Za-z_]\w*)?(?:@\d+)?(?<=.)(?:\[\w+\])?")


class EffectRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that does something to the file system.

    ``path`` is a parameter reference. ``default`` is the path that is used where that argument is missing or None
    (``.`` is the working directory, ``~/...`` lies in the home, ``<tempdir>`` in the temporary directory); without a
    ``default`` such a call has no effect. ``place`` is a fixed path, for calls without a path parameter. ``suffix`` is
    appended to the path. ``name_only`` also matches the method's name on a receiver of unknown type. ``arity`` bounds
    the number of given arguments (both ends included).
    ``raises`` is false where a refusal is not raised at the call itself; ``failure`` says, as a clause, what happens
    then, or which other error than ``OSError`` is raised ("returns False"). ``library`` is the name of the
    ``library-default`` that says where the call writes if the argument of ``path`` is not given.

    What becomes of the file: ``fetches`` tells that its content comes from a durable place. ``temporary`` is
    ``removed`` for what removes itself (when it is closed or collected, or its context ends), ``kept`` for what does
    not. ``tree`` marks a removal of all that lies below the path, ``moves`` is the parameter of the source that a
    rename takes away. ``rotates`` tells that a log is bounded by rotation. ``limit`` is the parameter that bounds a
    cache, ``limited`` tells that it is bounded without that argument, by ``limit_mb`` MB where the bound is one of
    size.
    """

    call: str
    kind: EffectKind
    path: str | None = None
    default: str | None = None
    place: str | None = None
    suffix: str = ""
    when: tuple[Condition, ...] = ()
    name_only: bool = False
    arity: tuple[int, int] | None = None
    raises: bool = True
    failure: str = ""
    library: str | None = None
    fetches: bool = False
    temporary: Literal["removed", "kept"] | None = None
    tree: bool = False
    moves: str | None = None
    rotates: bool = False
    limit: str | None = None
    limited: bool = False
    limit_mb: int | None = None
    example: str
    counter: str


class ReturnsRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """What a call returns.

    ``type`` is the dotted type of the result; ``{name@0}`` in it, and in ``suffix``, is replaced by that argument's
    literal value. ``path`` is the parameter whose path the result stands for (a handle, a path object);
    ``suffix`` is appended to it. ``value`` is a text result: ``<tempdir>``, ``<cwd>``, ``<home>`` and ``<unique>``
    are replaced; it stands where the argument of ``path`` is not given. ``enters`` tells what ``with ... as`` binds:
    ``self`` or ``value``. ``confined`` tells that the result holds no path separator. ``items`` makes the result a
    tuple of such values, ``unknown`` where nothing is known; a given ``path`` takes the place of the known ones.
    """

    call: str
    type: str | None = None
    path: str | None = None
    suffix: str = ""
    value: str | None = None
    items: tuple[str, ...] = ()
    enters: str = "self"
    confined: bool = False
    unique: bool = False
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    """Attributes of the result, each with the parameter that it repeats."""
    example: str = ""


class PassesRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call whose result says the same as one of its arguments: ``value`` is a parameter reference."""

    call: str
    value: str
    confined: bool = False
    name_only: bool = False


class StoresRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that sends content to a durable place.

    ``content`` is the parameter that holds it: bytes, an open file, or a value with these in it. Where ``by_path``, a
    text there is the path of a file or folder that is sent; else a text is the content itself.
    """

    call: str
    content: str
    by_path: bool = False
    name_only: bool = False
    example: str = ""


class FetchesRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that brings content from a durable place and writes no file by itself.

    ``into`` is the parameter with the open file that receives the content; without it the result holds the content.
    """

    call: str
    into: str | None = None
    name_only: bool = False
    example: str = ""


class ReadsRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that reads the file at ``path``; ``exists`` marks a check that does not read it.

    ``file`` is the parameter of a name, by which the call looks below the directory at ``path``.
    """

    call: str
    path: str
    file: str | None = None
    exists: bool = False
    name_only: bool = False
    example: str = ""


class InvokesRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that runs a function it is given.

    ``function`` is the parameter that holds it. ``arguments`` says what it is called with: parameter references,
    ``*@1`` for the elements of an argument, ``**kwargs`` and ``*args`` for the rest. ``result`` is ``value`` (the
    function's result), ``list`` (a sequence of such results), ``future``, or ``none`` (the function runs, and its
    result is not the call's). ``runs`` tells when: ``now``, ``afterwards`` (when the response is sent, or an object or
    the invocation ends), or ``never`` (the process ends without an invocation).
    """

    call: str
    function: str
    arguments: tuple[str, ...] = ()
    result: str = "value"
    runs: Literal["now", "afterwards", "never"] = "now"
    example: str = ""


class NeutralRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A call that looks like an effect and is none."""

    call: str
    reason: str


class CommandEffect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """One thing that a command does to a file.

    ``path`` is a template: ``{0}``, ``{1}`` and ``{last}`` are arguments that are no options, ``{all}`` each of them,
    ``{but-first}`` and ``{but-last}`` each of those, ``{after output}`` the one behind the word ``output``, ``{-o}``
    the value of an option. ``{0:name}`` is the last part of a path, ``:stem`` the same without its extension,
    ``:bare`` the path without its extension, ``:repository`` the folder that a repository's address gives,
    ``:format`` the text before a colon, ``:sent`` the path behind an ``@``. ``*`` stands for names that are not
    known, ``~`` at the start for the home, ``$NAME`` there for the value of a variable. ``default`` takes the
    template's place where one of its arguments is not given, or its variable is not set. ``into`` is a template of
    the name that is put into the path where that is a directory.

    ``size`` are templates of how large the file becomes, with the suffixes of GNU's programs; the first whose arguments
    are given holds, and ``x`` in it multiplies. ``endless`` is a template of what is copied: the size is known only
    where that is one of the devices which have no end. ``sparse`` tells that only the file's length is set.

    ``has`` names options of which one has to be given (several in one entry: each of them), ``lacks`` options of which
    none may be; ``remote`` is a template that has to give a remote address. ``exist_ok`` names options under which an
    existing directory is no failure. ``numbered`` tells that placeholders such as ``%03d`` are filled in. ``callee``
    stands for the command in the effect's name; ``fetches`` and ``tree`` as in ``EffectRow``, ``moved`` tells that what
    is removed is there under another name.

    ``example`` is a command line that does it to the place ``gives``; ``counter`` is one that does not.
    """

    kind: EffectKind
    path: str
    default: str = ""
    into: str = ""
    size: tuple[str, ...] = ()
    endless: str = ""
    sparse: bool = False
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    remote: str = ""
    exist_ok: tuple[str, ...] = ()
    numbered: bool = False
    callee: str = ""
    fetches: bool = False
    tree: bool = False
    moved: bool = False
    example: str
    gives: str
    counter: str


class CommandRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A program that is run as a child process: how its arguments are read, and what it does to files.

    ``names`` are the program's names, each with the words of the subcommand: ``aws s3 cp``. Options are listed with
    their other spellings, ``-o --output``: ``values`` take the next word, ``flags`` take none, ``joined`` have a value
    only in the same word. ``others`` says what an option is that is not listed: a ``flag``, one with a ``value``, or
    ``unknown``, so that the word behind it is not taken for an argument. ``style`` is ``short`` where letters behind
    one hyphen are options of their own (``-xzf``), ``long`` where they are one option (``-vcodec``), ``pairs`` where
    options are written ``name=value``. ``bundle`` tells that the first word is a bundle of options even without a
    hyphen. ``remote`` is the pattern of an address that is no local path, ``directory`` the option that changes the
    working directory.

    A launcher runs another command: ``runs`` counts its own arguments before that command, ``runs_after`` are options
    behind which the command stands (``{}`` in it is ``runs_each``), ``script`` is the option with a shell script.
    Its ``example`` runs a command that does something to the place ``gives``.
    """

    names: tuple[str, ...]
    values: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    others: Literal["flag", "value", "unknown"] = "unknown"
    style: Literal["short", "long", "pairs"] = "short"
    bundle: bool = False
    remote: str = r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://"
    directory: str = ""
    runs: int | None = None
    runs_after: tuple[str, ...] = ()
    runs_each: str = ""
    script: str = ""
    effect: tuple[CommandEffect, ...] = ()
    example: str = ""
    gives: str = ""


class AliasRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """Other dotted names of one callable or type; ``Type.*`` are all members of it, see ``receivers``."""

    name: str
    of: str


class RequestSourceRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """An object or attribute that holds what the sender of a request chose. ``confined`` as for holes."""

    name: str
    confined: bool = False
    example: str = ""
    """Code that opens a path with it."""


class SettingRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A setting that names the place where a framework keeps something, and says so in no call.

    ``framework`` is the dotted name of the configuration, ``name`` that of the setting, with the keys of inner
    dictionaries behind dots. It comes into force where one of ``calls`` reads the configuration, under the conditions
    of ``when``, whose arguments are settings, too. ``holds`` says what is kept in the place; ``default`` is as for
    effects. ``deployable`` tells that what is deployed may be such a place, which is then only read: the setting has
    an effect in ``/tmp`` alone. ``library`` is as for effects: its place is used, whatever the setting says.
    ``example`` and ``counter`` are the code of a configuration.
    """

    framework: str
    name: str
    calls: tuple[str, ...]
    kind: EffectKind
    holds: str
    default: str | None = None
    when: tuple[Condition, ...] = ()
    deployable: bool = False
    limited: bool = False
    library: str | None = None
    example: str
    counter: str

    @property
    def dotted(self) -> str:
        """The name under which the effect is known."""
        return f"{self.framework}.{self.name}"


class PlatformVariant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What is different where a function asks for one of the ways of running that its platform offers.

    ``excludes`` are the kinds of mounts, and the types of packages, that cannot be used together with it.
    """

    name: str
    title: str
    tmp_mb_max: int | None = None
    timeout_max: int | None = None
    concurrent_requests: bool = False
    excludes: tuple[Literal["efs", "s3files", "image"], ...] = ()
    source: str


class PlatformRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The room that a platform gives a function. Sizes are in MB, ``timeout_max`` in seconds.

    ``env_outside`` tells that a function's variables are, as a rule, set outside of the project, on a web page.
    Of the places below ``unjudged`` it is not verified whether they can be written: nothing is said of what
    writes there. ``shared_memory`` tells whether there is a ``/dev/shm``, and is None where that is not verified.
    ``log_handler`` tells that the runtime installs a handler at the root logger before it imports the code.
    """

    name: str
    title: str
    cwd: str
    task_root: str
    home: str | None = None
    writable: tuple[str, ...]
    unjudged: tuple[str, ...] = ()
    tmp_mb: int | None = None
    tmp_mb_min: int | None = None
    tmp_mb_max: int | None = None
    package_mb: int | None = None
    image_mb: int | None = None
    layers_max: int | None = None
    timeout_max: int | None = None
    shared_memory: bool | None = None
    log_handler: bool = False
    concurrent_requests: bool = False
    env_outside: bool = False
    env: dict[str, str] = msgspec.field(default_factory=dict)
    variant: tuple[PlatformVariant, ...] = ()


class AssetRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """What a library fetches by a name, and how large that is.

    ``calls`` fetch it where one of ``arguments`` is one of ``names``; ``default`` is the name where none is given.
    Where one of ``unless`` is given, something else may be fetched. The calls have an effect of their own, which says
    where to. ``mb`` is a lower bound, in MB of 1,048,576 bytes.

    ``example`` fetches it into ``/tmp/x``.
    """

    calls: tuple[str, ...]
    arguments: tuple[str, ...]
    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    default: str = ""
    unless: tuple[str, ...] = ()
    mb: Annotated[int, msgspec.Meta(ge=1)]
    example: str


class CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One TOML file: the rows of one library."""

    effect: tuple[EffectRow, ...] = ()
    returns: tuple[ReturnsRow, ...] = ()
    passes: tuple[PassesRow, ...] = ()
    stores: tuple[StoresRow, ...] = ()
    fetches: tuple[FetchesRow, ...] = ()
    reads: tuple[ReadsRow, ...] = ()
    invokes: tuple[InvokesRow, ...] = ()
    neutral: tuple[NeutralRow, ...] = ()
    command: tuple[CommandRow, ...] = ()
    alias: tuple[AliasRow, ...] = ()
    request_source: tuple[RequestSourceRow, ...] = ()
    setting: tuple[SettingRow, ...] = ()
    library_default: tuple[LibraryDefaultRow, ...] = ()
    package: tuple[PackageRow, ...] = ()
    older_release: tuple[OlderReleaseRow, ...] = ()
    sdk: tuple[SdkRow, ...] = ()
    runtime: tuple[RuntimeRow, ...] = ()
    shared_layer: tuple[SharedLayerRow, ...] = ()
    asset: tuple[AssetRow, ...] = ()
    platform: tuple[PlatformRow, ...] = ()
