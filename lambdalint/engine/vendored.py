"""Recognises installed distributions that lie in a source folder, by the metadata beside them or by their names."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Vendored
from lambdalint.packaging.import_names import distribution_of, normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_METADATA = (".dist-info", ".egg-info")
_MODULES = (".py", ".so", ".pyd")
_OWN_BUILD_FILES = ("setup.py", "pyproject.toml", "setup.cfg")
_MAX_BYTES = 4_000_000
_WELL_KNOWN = frozenset(
    {
        "aioboto3", "aiobotocore", "aiohttp", "anyio", "attr", "attrs", "aws_lambda_powertools", "aws_xray_sdk",
        "awscrt", "bcrypt", "boto", "boto3", "botocore", "bs4", "certifi", "cffi", "chardet", "charset_normalizer",
        "click", "Crypto", "Cryptodome", "cryptography", "dateutil", "django", "docutils", "docx", "elasticsearch",
        "fastapi", "flask", "googleapiclient", "gspread", "html5lib", "httplib2", "httpx", "idna", "ijson",
        "itsdangerous", "jinja2", "jmespath", "jose", "jsonschema", "jwt", "lxml", "mako", "mangum", "markdown",
        "markupsafe", "matplotlib", "msgpack", "multidict", "mysql", "nltk", "numpy", "oauth2client", "oauthlib",
        "odf", "openpyxl", "pandas", "paramiko", "passlib", "pdfminer", "PIL", "pip", "pkg_resources", "pptx",
        "psycopg2", "pyasn1", "pycparser", "pydantic", "pygments", "pymongo", "pymysql", "pypdf", "PyPDF2", "pytz",
        "raven", "redis", "reportlab", "requests", "requests_oauthlib", "rsa", "s3transfer", "scipy", "sentry_sdk",
        "setuptools", "simplejson", "sklearn", "slack", "slack_sdk", "slackclient", "soupsieve", "sqlalchemy",
        "starlette", "stripe", "tornado", "tqdm", "tweepy", "twilio", "tzdata", "tzlocal", "unidecode", "urllib3",
        "websocket", "websockets", "werkzeug", "wheel", "xlrd", "xlsxwriter", "xlwt", "yaml", "yarl",
    }
)  # fmt: skip
"""Import names of distributions that are often copied into a function's folder."""
_RELEASED = re.compile(r"^\s*__(?:version|author)__\s*=|import\b.*\b__version__\b", re.MULTILINE | re.IGNORECASE)
_VERSION_FILES = ("__init__.py", "__version__.py", "_version.py", "version.py", "__about__.py")
_VERSIONS = (
    re.compile(
        r"""^(?:__version__|version|version_string)[ ]*(?::[ ]*str[ ]*)?=[ ]*(?:\w+[ ]*=[ ]*)?["'](\d[\w.!+-]*)["']""",
        re.MULTILINE | re.IGNORECASE,
    ),
    re.compile(
        r"""^version[ ]*=[ ]*\((\d{1,9}),[ ]*(\d{1,9}),[ ]*(\d{1,9})(?:,[ ]*(?:None|["']final["'])[^)\n]*)?\)""",
        re.MULTILINE | re.IGNORECASE,
    ),
)
"""How a package states its version: as a text, or as the numbers of a final release."""
_HEADER = re.compile(r"^(Name|Version):[ \t]*([\w.!+-]{1,100})[ \t]*\r?$", re.MULTILINE | re.IGNORECASE | re.ASCII)
_DISTRIBUTION = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)
_ENVIRONMENT = (
    "pyvenv.cfg", "conda-meta", "bin/activate", "bin/python", "bin/python3", "Scripts/activate", "Scripts/python.exe",
)  # fmt: skip
"""What lies at the top of a virtual environment, or of an installation of Python."""


class _Installed(msgspec.Struct, frozen=True):
    """A distribution: the import names it may have here, with the number of files that it records below each."""

    distribution: str
    names: dict[str, int]
    version: str | None = None
    metadata: str | None = None


class Survey:
    """What was installed into one folder, not written there.

    A package ``NAME/`` and a module ``NAME.py`` or ``NAME.*.so`` were installed if NAME is one of ``names``. Those
    that the walk meets, and are not ignored, are told to :meth:`meet`; :meth:`vendored` describes them.
    """

    def __init__(self, folder: _Folder, metadata: Iterable[str], candidates: Collection[str]) -> None:
        self._folder = folder
        self._installed = [one for name in metadata if (one := _read_metadata(folder, name)) is not None]
        self.names = frozenset(name for one in self._installed for name in one.names)
        copies = sorted(name for name in candidates if name not in self.names and _is_copy(folder, name))
        self._installed += [_Installed(distribution_of(name), {name: 0}) for name in copies]
        self.names = self.names.union(copies)
        self._met: dict[str, bool] = {}

    def meet(self, entry: str, *, file: bool) -> None:
        """Take note of *entry*, which has one of the names and is there."""
        name = entry.partition(".")[0] if file else entry
        if not file or (entry.endswith(_MODULES) and name not in self._met):
            self._met[name] = file

    def vendored(self, directory: str) -> Iterator[Vendored]:
        """Describe what was met; *directory* is the folder, relative to the root."""
        groups: dict[str, list[_Installed]] = {}
        for one in self._installed:
            groups.setdefault(one.distribution, []).append(one)
        for distribution, group in groups.items():
            counts = Counter[str]()
            for one in group:
                counts.update({name: count for name, count in one.names.items() if name in self._met})
            if counts:
                name = min(counts, key=lambda name: (*_strangeness(name, distribution), -counts[name], name))
                described = self._choose(group, name)
                yield Vendored(
                    directory, name, distribution, described.version, described.metadata, file=self._met[name]
                )

    def _choose(self, group: list[_Installed], name: str) -> _Installed:
        """Return which of the *group*, several where an upgrade left old metadata, is the one that is there."""
        if len(group) == 1 and group[0].version is not None:
            return group[0]
        stated = None if self._met[name] else self._folder.version(name)
        alike = [one for one in group if one.metadata is not None and one.version in {None, stated}]
        metadata = alike[0].metadata if len(alike) == 1 else None
        return _Installed(group[0].distribution, {}, stated, metadata)


def _strangeness(name: str, distribution: str) -> tuple[bool, bool, bool]:
    """Tell how far the import name *name* is from being the main one of *distribution*."""
    return normalised(name) != distribution, distribution_of(name) != distribution, name.startswith("_")


class _Folder:
    """Reads small files in and right above one folder, none that a link out of the project leads to."""

    def __init__(self, path: str, real_root: str) -> None:
        self.path = path
        self.above = os.path.dirname(path)
        self._allowed = (real_root, os.path.realpath(self.above))

    def read(self, *parts: str) -> str:
        path = os.path.join(self.path, *parts)
        try:
            real = os.path.realpath(path)
            if not stat.S_ISREG(os.stat(real).st_mode):
                return ""
            if all(os.path.commonpath([real, allowed]) != allowed for allowed in self._allowed):
                return ""
            with open(real, "rb") as handle:
                return handle.read(_MAX_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    def version(self, name: str) -> str | None:
        """Return the version that the package *name* states as a literal; None also where it states several."""
        for file in _VERSION_FILES:
            text = self.read(name, file)
            stated = {".".join(found.groups()) for form in _VERSIONS for found in form.finditer(text)}
            if stated:
                return stated.pop() if len(stated) == 1 else None
        return None


def survey(directory: str, names: Collection[str], real_root: str) -> Survey | None:
    """Return what was installed into *directory*, whose entries are *names*; None for a folder of the user's own.

    A distribution is known by its metadata, or is a copy of a well-known one without it: its package says which
    version it is, and no build file says that it is developed here. Nothing out of *real_root* is read.
    """
    metadata = sorted(name for name in names if name.endswith(_METADATA) and name.isprintable())
    candidates = _WELL_KNOWN.intersection(names)
    if not metadata and not candidates:
        return None
    found = Survey(_Folder(directory, real_root), metadata, candidates)
    return found if found.names else None


def in_environment(site_packages: str) -> bool:
    """Tell whether the folder *site_packages* is that of a virtual environment, or of an installation of Python."""
    above = os.path.dirname(site_packages)
    top = os.path.dirname(above)
    if os.path.basename(above).lower() not in {"lib", "lib64"}:
        top = os.path.dirname(top)
    return any(os.path.lexists(os.path.join(top, name)) for name in _ENVIRONMENT)


def _is_own_build(folder: _Folder, metadata: str) -> bool:
    """Tell whether the metadata is what building the user's own project left, which lies beside its source.

    Setuptools writes ``NAME.egg-info`` next to the code of an editable install; ``SOURCES.txt`` then lists
    the build file. An installed egg has ``installed-files.txt`` instead.
    """
    if os.path.exists(os.path.join(folder.path, metadata, "installed-files.txt")):
        return False
    listed = set(folder.read(metadata, "SOURCES.txt").splitlines())
    return any(
        name in listed and any(os.path.exists(os.path.join(each, name)) for each in (folder.path, folder.above))
        for name in _OWN_BUILD_FILES
    )


def _read_metadata(folder: _Folder, metadata: str) -> _Installed | None:
    """Read what ``NAME-VERSION.dist-info`` or ``NAME-VERSION.egg-info`` says, a folder or, of old tools, a file."""
    stem, suffix = os.path.splitext(metadata)
    if suffix == ".egg-info" and _is_own_build(folder, metadata):
        return None
    names = Counter[str]()
    for line in folder.read(metadata, "top_level.txt").splitlines():
        names[line.strip()] += 0
    for line in folder.read(metadata, "RECORD").splitlines():
        first, slash, rest = line.partition("/")
        if slash and rest.partition(",")[0].endswith(".py"):
            names[first] += 1
        elif not slash:
            module = first.partition(",")[0]
            if module.endswith(".py"):
                names[module[:-3]] += 1
    written, _, rest = stem.partition("-")
    names[re.sub(r"[-.]+", "_", written)] += 0
    names[re.sub(r"[-_.]+", "_", written).lower()] += 0
    head = folder.read(metadata, "METADATA") or folder.read(metadata, "PKG-INFO") or folder.read(metadata)
    headers: dict[str, str] = {}
    for header, value in _HEADER.findall(re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]):
        headers.setdefault(header.lower(), value)
    name = headers.get("name", "")
    version = headers.get("version") or rest.partition("-")[0]
    return _Installed(
        normalised(name if _DISTRIBUTION.fullmatch(name) else written),
        {name: count for name, count in names.items() if name not in {"", ".", ".."}},
        version if _HEADER.fullmatch(f"Version:{version}") else None,
        metadata,
    )


def _is_copy(folder: _Folder, name: str) -> bool:
    if not _RELEASED.search(folder.read(name, "__init__.py")):
        return False
    own_name = re.compile(rf"""\bname\s*=\s*["']?{re.escape(name)}\b""", re.IGNORECASE)
    return not any(
        own_name.search(folder.read(above, file)) for above in ("", folder.above) for file in _OWN_BUILD_FILES
    )
