"""What a function's answer tells of the file that it was asked to make."""

from __future__ import annotations

import pytest
from snippets import invoked

from lambdalint.model import HoleKind, Removal

FETCH = """
def fetch(key, path):
    try:
        s3.download_file("b", key, path)  # made
        return True
    except Exception:
        return False
"""
REMOVES = """
def fetch(key, path):
    s3.download_file("b", key, path)  # made
    if os.path.getsize(path) > 9:
        return path
    os.remove(path)
    return None
"""
ASKING = {
    "in the test": "if not fetch(event['key'], path):\n    return 404",
    "by a variable": "done = fetch(event['key'], path)\nif not done:\n    return 404",
    "the other way round": "done = fetch(event['key'], path)\nif done:\n    pass\nelse:\n    return 404",
}
USE = """
path = f"/tmp/{{uuid.uuid4()}}"
{}
try:
    s3.upload_file(path, "b", "x")
finally:
    os.remove(path)
"""


@pytest.mark.parametrize("asking", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("fetch", [FETCH, REMOVES], ids=["failed", "removed"])
def test_where_the_answer_is_no_nothing_is_left(fetch: str, asking: str) -> None:
    lifetime = invoked(USE.format(asking), fetch).lifetime()
    assert lifetime.removed is not Removal.SOMETIMES
    assert lifetime.removed is not Removal.NEVER


def test_a_flag_tells_which_way_was_taken() -> None:
    body = """
        path = f"/tmp/{uuid.uuid4()}"
        done = False
        try:
            s3.download_file("b", event["key"], path)  # made
            done = True
        except Exception as error:
            print(error)
        if not done:
            return 404
        try:
            s3.upload_file(path, "b", "x")
        finally:
            os.remove(path)
    """
    lifetime = invoked(body).lifetime()
    assert lifetime.removed not in {Removal.SOMETIMES, Removal.NEVER}


@pytest.mark.parametrize(
    "asking",
    [
        "done = fetch(event['key'], path)\ndone = event['skip']\nif not done:\n    return 404",
        "done = not fetch(event['key'], path)\nif not done:\n    return 404",
        "if fetch(event['key'], path):\n    return 404",
        "done = str(fetch(event['key'], path))\nif event['skip']:\n    return 404",
    ],
)
def test_another_question_tells_nothing(asking: str) -> None:
    assert invoked(USE.format(asking), FETCH).lifetime().removed in {Removal.SOMETIMES, Removal.NEVER}


def test_what_the_request_spreads_over_parameters_is_its_own() -> None:
    before = "def work(key, **rest):\n    open(f'/tmp/{key}', 'w')  # made"
    lifetime = invoked("work(**event)", before).lifetime()
    assert (lifetime.kind, lifetime.removed) == (HoleKind.REQUEST, Removal.NEVER)
