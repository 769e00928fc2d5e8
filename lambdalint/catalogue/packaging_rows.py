"""Rows about distributions: how large they are, which are the SDK, and what runtimes and published layers hold.

Distributions are named as PEP 503 normalises them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from lambdalint.catalogue.row import Row


class PackageRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The unpacked size of a distribution, alone, and what it requires.

    The size is that of the installed files of *version* without byte code, in MB of 1,048,576 bytes, on Linux for
    x86_64. ``requires`` are its mandatory requirements on Linux with CPython 3.12, with those of the extras that these
    ask for. Not each of them has a row.
    """

    distribution: str
    version: str
    unpacked_mb: Annotated[float, msgspec.Meta(gt=0)]
    requires: tuple[str, ...] = ()


class OlderReleaseRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The unpacked size of releases of a distribution *before* a version, which differs much from that of later ones.

    It is that of the release *version*, counted as in ``PackageRow``. Of several rows that apply, the one with the
    smallest *before* holds. ``along`` are the versions of other distributions that came with these releases;
    ``requires`` is what these releases require, where that is not what later ones do.
    """

    distribution: str
    before: str
    version: str
    unpacked_mb: Annotated[float, msgspec.Meta(gt=0)]
    along: dict[str, str] = msgspec.field(default_factory=dict)
    requires: tuple[str, ...] | None = None


class SdkRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A distribution that is the AWS SDK for Python, or a variant of it.

    ``imports`` are its top-level modules. ``role`` is ``core`` for the SDK itself, ``asynchronous`` for a variant that
    replaces parts of it, ``native`` for a compiled supplement, and ``predecessor`` for what was there before.
    ``in_runtime`` tells that the Python runtimes of AWS Lambda bring it.
    """

    distribution: str
    imports: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    role: Literal["core", "asynchronous", "native", "predecessor"]
    in_runtime: bool


class RuntimeRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """The distributions that the runtimes of a platform bring. ``runtimes`` is a pattern of the whole identifier."""

    platform: str
    runtimes: str
    distributions: tuple[str, ...]


class SharedLayerRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A published layer, and the distributions that it holds, without those that its build removes again.

    ``arns`` are patterns, as ``shared_layers.matches`` reads them. Where one holds ``{distribution}``, that part of
    the layer's name is a distribution in it, which is there with all that it requires.

    ``distributions`` are those that every version of the layer holds, as far as its builds show. ``complete`` tells
    that no others are in it, but for what some versions of these require in addition.
    """

    name: str
    arns: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    distributions: tuple[str, ...] = ()
    complete: bool
