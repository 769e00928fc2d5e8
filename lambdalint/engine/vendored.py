"""Recognises installed distributions that lie in a source folder, by the metadata beside them or by their names."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_METADATA = (".dist-info", ".egg-info")
_OWN_BUILD_FILES = ("setup.py", "pyproject.toml", "setup.cfg")
_MAX_BYTES = 4_000_000
_WELL_KNOWN = frozenset(
    {
        "aiohttp", "anyio", "attr", "attrs", "aws_lambda_powertools", "aws_xray_sdk", "bcrypt", "boto", "boto3",
        "botocore", "bs4", "certifi", "cffi", "chardet", "charset_normalizer", "click", "Crypto", "Cryptodome",
        "cryptography", "dateutil", "django", "docutils", "docx", "elasticsearch", "fastapi", "flask",
        "googleapiclient", "gspread", "html5lib", "httplib2", "httpx", "idna", "ijson", "itsdangerous",
        "jinja2", "jmespath", "jose", "jsonschema", "jwt", "lxml", "mako", "mangum", "markdown", "markupsafe",
        "matplotlib", "msgpack", "multidict", "mysql", "nltk", "numpy", "oauth2client", "oauthlib", "odf",
        "openpyxl", "pandas", "paramiko", "passlib", "pdfminer", "PIL", "pip", "pkg_resources", "pptx",
        "psycopg2", "pyasn1", "pycparser", "pydantic", "pygments", "pymongo", "pymysql", "pypdf", "PyPDF2",
        "pytz", "raven", "redis", "reportlab", "requests", "requests_oauthlib", "rsa", "s3transfer", "scipy",
        "sentry_sdk", "setuptools", "simplejson", "sklearn", "slack", "slack_sdk", "slackclient", "soupsieve",
        "sqlalchemy", "starlette", "stripe", "tornado", "tqdm", "tweepy", "twilio", "tzdata", "tzlocal",
        "unidecode", "urllib3", "websocket", "websockets", "werkzeug", "wheel", "xlrd", "xlsxwriter", "xlwt",
        "yaml", "yarl",
    }
)  # fmt: skip
"""Import names of distributions that are often copied into a function's folder."""
_RELEASED = re.compile(r"^\s*__(?:version|author)__\s*=|import\b.*\b__version__\b", re.MULTILINE | re.IGNORECASE)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as handle:
            return handle.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _is_own_build(directory: str, metadata: str) -> bool:
    """Tell whether the metadata is what building the user's own project left, which lies beside its source.

    Setuptools writes ``NAME.egg-info`` next to the code of an editable install; ``SOURCES.txt`` then lists
    the build file. An installed egg has ``installed-files.txt`` instead.
    """
    if os.path.exists(os.path.join(metadata, "installed-files.txt")):
        return False
    listed = set(_read(os.path.join(metadata, "SOURCES.txt")).splitlines())
    above = os.path.dirname(directory)
    return any(
        name in listed and any(os.path.exists(os.path.join(folder, name)) for folder in (directory, above))
        for name in _OWN_BUILD_FILES
    )


def _import_names(directory: str, name: str) -> set[str]:
    metadata = os.path.join(directory, name)
    stem, suffix = os.path.splitext(name)
    if suffix == ".egg-info" and _is_own_build(directory, metadata):
        return set()
    found = {line.strip() for line in _read(os.path.join(metadata, "top_level.txt")).splitlines()}
    for line in _read(os.path.join(metadata, "RECORD")).splitlines():
        first, slash, rest = line.partition("/")
        if slash and rest.partition(",")[0].endswith(".py"):
            found.add(first)
        elif not slash:
            module = first.partition(",")[0]
            if module.endswith(".py"):
                found.add(module[:-3])
    distribution = stem.partition("-")[0]
    found.add(re.sub(r"[-.]+", "_", distribution))
    found.add(re.sub(r"[-_.]+", "_", distribution).lower())
    return found - {"", ".", ".."}


def vendored_names(directory: str, subdirectories: Collection[str]) -> frozenset[str]:
    """Return the import names, in *directory*, of distributions whose metadata is among *subdirectories*.

    A package ``NAME/`` and a module ``NAME.py`` or ``NAME.*.so`` of such a name were installed, not written
    here.
    """
    found: set[str] = set()
    for name in subdirectories:
        if name.endswith(_METADATA):
            found |= _import_names(directory, name)
    return frozenset(found)


def copied_names(directory: str, subdirectories: Collection[str]) -> frozenset[str]:
    """Return which of *subdirectories* are copies of well-known distributions, without their metadata.

    Their package says which version it is, and no build file says that it is developed here.
    """
    candidates = _WELL_KNOWN.intersection(subdirectories)
    return frozenset(name for name in candidates if _is_copy(directory, name))


def _is_copy(directory: str, name: str) -> bool:
    if not _RELEASED.search(_read(os.path.join(directory, name, "__init__.py"))):
        return False
    own_name = re.compile(rf"""\bname\s*=\s*["']?{re.escape(name)}\b""", re.IGNORECASE)
    folders = (directory, os.path.dirname(directory))
    return not any(own_name.search(_read(os.path.join(each, file))) for each in folders for file in _OWN_BUILD_FILES)
