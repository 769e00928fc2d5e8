"""By which name a well-known distribution is imported."""

from __future__ import annotations

import re

DISTRIBUTIONS = {
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "_awscrt": "awscrt",
    "_cffi_backend": "cffi",
    "_yaml": "pyyaml",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "googleapiclient": "google-api-python-client",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "mysql": "mysql-connector-python",
    "odf": "odfpy",
    "pdfminer": "pdfminer-six",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "serverless_wsgi": "serverless-wsgi",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack": "slackclient",
    "socks": "pysocks",
    "websocket": "websocket-client",
    "yaml": "pyyaml",
}
"""Import names of distributions that are called otherwise; the distributions' names are normalised (PEP 503)."""


def normalised(name: str) -> str:
    """Return the name of a distribution as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(name: str) -> str:
    """Return the normalised name of the distribution that brings the module *name*, as far as that is well known."""
    return DISTRIBUTIONS.get(name) or normalised(name)


def import_names(distribution: str) -> tuple[str, ...]:
    """Return the well-known import names of *distribution* that are not its own name, sorted."""
    return tuple(sorted(name for name, owner in DISTRIBUTIONS.items() if owner == distribution))
