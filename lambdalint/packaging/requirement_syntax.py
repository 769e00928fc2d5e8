"""Takes the text of one requirement apart: PEP 508, and the URLs and paths that pip takes besides.

See ``parse_req_from_line`` and ``parse_editable`` in
https://github.com/pypa/pip/blob/main/src/pip/_internal/req/constructors.py.
"""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

MAX_LENGTH = 4_000
"""How long a requirement may be."""

_URL = re.compile(r"(?:https?|file|ftp|(?:git|hg|bzr|svn)(?:\+[a-z-]+)?):", re.IGNORECASE)
_EGG = re.compile(r"[#&]egg=([^&]*)")
_PATH = re.compile(r"[\w./\\:~+%${}-]+")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar|tar\.(?:gz|bz2|xz|lz|lzma)|tgz|tbz|txz|tlz)", re.IGNORECASE)
_SDIST = re.compile(r"(?P<name>.+?)-v?\d[^-]*")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\[\]]*\])?")


class Parts(msgspec.Struct, frozen=True):
    """What a requirement says. ``name`` is normalised, and empty for a path or URL that does not tell it."""

    name: str
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    reference: str = ""


class Fault(msgspec.Struct, frozen=True):
    """Why a text is no requirement."""

    message: str


def parse(text: str) -> Parts | Fault:
    """Return what *text*, a requirement of PEP 508, says."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    if len(text) > MAX_LENGTH:
        return Fault(f"longer than {MAX_LENGTH} characters")
    try:
        read = Requirement(text)
    except InvalidRequirement as error:
        return Fault(_reason(text, str(error)))
    except (RecursionError, ValueError):
        return Fault("not a requirement")
    return Parts(
        canonicalize_name(read.name),
        str(read.specifier),
        tuple(sorted(read.extras)),
        str(read.marker or ""),
        read.url or "",
    )


def parse_line(text: str, *, editable: bool = False) -> Parts | Fault:
    """Return what *text*, as it stands in a requirements file, says; *editable* tells that it followed ``-e``."""
    if len(text) > MAX_LENGTH:
        return Fault(f"longer than {MAX_LENGTH} characters")
    place, _, marker = text.partition("; " if _URL.match(text) else ";")
    place = place.strip()
    if _URL.match(place):
        return _checked(_of_url(place), marker)
    path, extras = _without_extras(place)
    if _PATH.fullmatch(path) and (editable or "/" in path or "\\" in path or path.startswith(".") or _is_archive(path)):
        return _checked(replace(_of_archive(path), reference=path, extras=extras), marker)
    read = parse(text)
    if isinstance(read, Fault) and _VARIABLE.search(text):
        return _with_variables(place, marker) or read
    return read


def _checked(parts: Parts | Fault, marker: str) -> Parts | Fault:
    if isinstance(parts, Fault) or not marker.strip():
        return parts
    read = parse(f"placeholder; {marker}")
    return read if isinstance(read, Fault) else replace(parts, marker=read.marker)


def _of_url(url: str) -> Parts | Fault:
    egg = _EGG.search(url)
    if egg is not None:
        read = parse(egg[1])
        return read if isinstance(read, Fault) else replace(read, reference=url)
    location = re.split(r"[?#]", url)[0]
    return replace(_of_archive(location), reference=url)


def _of_archive(path: str) -> Parts:
    """Return the name, and of a wheel the version, that the name of an archive tells."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name, parse_wheel_filename

    file = path.rstrip("/").rpartition("/")[2].replace("%2B", "+")
    try:
        if file.lower().endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(file)
            return Parts(name, f"=={version}")
        if _is_archive(file) and (sdist := _SDIST.fullmatch(file[: _end_of_stem(file)])) is not None:
            return Parts(canonicalize_name(sdist["name"])) if _NAME.fullmatch(sdist["name"]) else Parts("")
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        pass
    return Parts("")


def _is_archive(path: str) -> bool:
    return _ARCHIVE.fullmatch(path[_end_of_stem(path) :]) is not None


def _end_of_stem(path: str) -> int:
    stem, dot, _ = path.rpartition(".")
    if not dot:
        return len(path)
    return len(stem) - 4 if stem.lower().endswith(".tar") else len(stem)


def _without_extras(path: str) -> tuple[str, tuple[str, ...]]:
    before, bracket, extras = path.rpartition("[")
    if not before or not extras.endswith("]"):
        return path, ()
    return before.rstrip(), _extras(bracket + extras)


def _extras(brackets: str | None) -> tuple[str, ...]:
    read = parse(f"placeholder{brackets or ''}")
    return read.extras if isinstance(read, Parts) else ()


def _with_variables(text: str, marker: str) -> Parts | Fault | None:
    """Return what is known of a requirement whose version comes from an environment variable of pip's process."""
    from packaging.utils import canonicalize_name

    match = _NAME.match(text)
    if match is None or text[match.end() :].lstrip()[:1] not in set("=<>!~@"):
        return None
    url = text[match.end() :].lstrip()
    reference = url[1:].strip() if url.startswith("@") else ""
    return _checked(Parts(canonicalize_name(match[1]), extras=_extras(match[2]), reference=reference), marker)


def _reason(text: str, message: str) -> str:
    first = message.strip().split("\n")[0].strip().rstrip(".:")
    if re.search(r"(?<![=<>!~])=(?!=)", text):
        return f"not a requirement: = is no operator, == is meant ({first})"
    return f"not a requirement: {first[:200]}"
