"""Which distribution brings a library of the catalogue."""

from __future__ import annotations

from lambdalint.packaging.import_names import distribution_of as well_known

_OTHERS = {
    "Bio": "biopython",
    "SimpleITK": "simpleitk",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "barcode": "python-barcode",
    "bson": "pymongo",
    "camelot": "camelot-py",
    "dbt": "dbt-core",
    "doctr": "python-doctr",
    "ee": "earthengine-api",
    "faiss": "faiss-cpu",
    "ffmpeg": "ffmpeg-python",
    "git": "gitpython",
    "github": "pygithub",
    "google": "google-cloud-storage",
    "gridfs": "pymongo",
    "haystack": "haystack-ai",
    "kafka": "kafka-python",
    "magic": "python-magic",
    "mem0": "mem0ai",
    "mypy_boto3_lambda_": "mypy-boto3-lambda",
    "mypy_boto3_logs": "mypy-boto3-logs",
    "newspaper": "newspaper3k",
    "osgeo": "gdal",
    "paho": "paho-mqtt",
    "patoolib": "patool",
    "pcluster": "aws-parallelcluster",
    "playhouse": "peewee",
    "pylab": "matplotlib",
    "pywikibot": "pywikibot",
    "rest_framework": "djangorestframework",
    "seleniumwire": "selenium-wire",
    "slack": "slackclient",
    "slugify": "python-slugify",
    "smb": "pysmb",
    "snowflake": "snowflake-connector-python",
    "soda": "soda-core",
    "sodasql": "soda-sql-core",
    "speech_recognition": "speechrecognition",
    "tda": "tda-api",
    "telebot": "pytelegrambotapi",
    "telegram": "python-telegram-bot",
    "todoist": "todoist-python",
    "tusclient": "tuspy",
    "types_boto3_lambda_": "types-boto3-lambda",
    "ulid": "ulid-py",
    "webdav3": "webdavclient3",
    "whisper": "openai-whisper",
}
"""Import names that ``lambdalint.packaging`` does not need to know."""


def distribution_of(library: str) -> str:
    """Return the normalised name of the distribution that brings the package *library*."""
    return _OTHERS.get(library) or well_known(library)
