from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from lambdalint.config import describe_type


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "text"),
        (bool, "true or false"),
        (int, "a whole number"),
        (float | None, "a number"),
        (tuple[str, ...], "a list of texts"),
        (list[int], "a list of whole numbers"),
        (tuple[Annotated[str, msgspec.Meta(pattern="^/")], ...], "a list of texts that match ^/"),
        (Annotated[str, msgspec.Meta(pattern="^/")], "text that matches ^/"),
        (Literal["layer", "package"], "one of layer, package"),
        (tuple[Literal["a", "b"], ...], "a list, each one of a, b"),
    ],
)
def test_words(annotation: object, words: str) -> None:
    assert describe_type(annotation) == words
