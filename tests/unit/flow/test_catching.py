"""Which exceptions a handler catches: those that it does not name go on to leave what was made."""

from __future__ import annotations

import pytest
from snippets import fate, with_path

from lambdalint.model import Removal

BEFORE = """
from botocore.exceptions import ClientError

class Base(Exception):
    pass

class Rejected(Base):
    pass

class Malformed(ValueError):
    pass

def reject(event):
    if not event:
        raise Rejected("x")

def parse(event):
    if not event:
        raise Malformed

def check(event):
    if not event:
        raise TypeError("x")
"""

CAUGHT = [
    ("requests.get('u')", "Exception"),
    ("requests.get('u')", "BaseException"),
    ("requests.get('u')", "(KeyError, Exception)"),
    ("requests.get('u')", "requests.RequestException"),
    ("requests.get('u')", "OSError"),
    ("s3.upload_file(path, 'b', 'k')", "ClientError"),
    ("s3.download_file('b', 'k', path)", "s3.exceptions.NoSuchKey"),
    ("subprocess.run(['x'], check=True)", "subprocess.CalledProcessError"),
    ("json.loads(event['x'])", "ValueError"),
    ("json.loads(event['x'])", "json.JSONDecodeError"),
    ("reject(event)", "Rejected"),
    ("reject(event)", "Base"),
    ("reject(event)", "(KeyError, Rejected)"),
    ("parse(event)", "ValueError"),
    ("check(event)", "TypeError"),
]
UNCAUGHT = [
    ("requests.get('u')", "KeyError"),
    ("requests.get('u')", "ValueError"),
    ("requests.get('u')", "Rejected"),
    ("reject(event)", "ValueError"),
    ("parse(event)", "KeyError"),
    ("check(event)", "(KeyError, ValueError)"),
    ("check(event)", "Rejected"),
    ("check(event)", "ClientError"),
]


def _handled(call: str, types: str) -> str:
    return f"""
open(path, "w")  # made
try:
    {call}
except {types}:
    pass
os.remove(path)  # removal
"""


@pytest.mark.parametrize(("call", "types"), CAUGHT)
def test_a_handler_catches_what_it_names(call: str, types: str) -> None:
    assert fate(with_path(_handled(call, types), BEFORE)) == (Removal.ALWAYS, None, None)


@pytest.mark.parametrize(("call", "types"), UNCAUGHT)
def test_other_exceptions_pass_a_handler(call: str, types: str) -> None:
    assert fate(with_path(_handled(call, types), BEFORE))[:2] == (Removal.ON_SUCCESS, "removal")


def test_the_call_that_is_not_caught_is_named() -> None:
    body = _handled("json.loads(event['x'])\n    requests.get('u')  # leaves", "ValueError")
    assert fate(with_path(body)) == (Removal.ON_SUCCESS, "removal", "leaves")


@pytest.mark.parametrize(("call", "types"), CAUGHT)
def test_suppress_catches_what_it_names(call: str, types: str) -> None:
    body = f'open(path, "w")  # made\nwith contextlib.suppress({types.strip("()")}):\n    {call}\nos.remove(path)'
    assert fate(with_path(body, BEFORE)) == (Removal.ALWAYS, None, None)


@pytest.mark.parametrize(("call", "types"), UNCAUGHT)
def test_other_exceptions_pass_suppress(call: str, types: str) -> None:
    body = f"""
open(path, "w")  # made
with contextlib.suppress({types.strip("()")}):
    {call}
os.remove(path)  # removal
"""
    assert fate(with_path(body, BEFORE))[:2] == (Removal.ON_SUCCESS, "removal")


def test_the_rest_of_a_suppressing_block_is_skipped() -> None:
    body = """
    with contextlib.suppress(Exception):
        open(path, "w")  # made
        requests.get("u")  # leaves
        os.remove(path)  # removal
    """
    assert fate(with_path(body)) == (Removal.ON_SUCCESS, "removal", "leaves")


def test_a_return_in_a_suppressing_block_is_no_way_past_its_removal() -> None:
    body = """
    open(path, "w")  # made
    with contextlib.suppress(OSError):
        os.remove(path)
        return 1
    return 2
    """
    assert fate(with_path(body)) == (Removal.ALWAYS, None, None)


def test_types_that_are_not_known_are_taken_to_catch() -> None:
    body = _handled("requests.get('u')", "ERRORS")
    assert fate(with_path(body, "ERRORS = load_errors()"))[0] is Removal.ALWAYS
