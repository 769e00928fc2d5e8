from __future__ import annotations

import pytest

from lambdalint.catalogue import Parameter, parse_parameter


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("file@0", Parameter("file", 0)),
        ("cwd@9", Parameter("cwd", 9)),
        ("range@10", Parameter("range", 10)),
        ("_private@1", Parameter("_private", 1)),
        ("dir", Parameter("dir", None)),
        ("@2", Parameter("", 2)),
        ("self", Parameter("", None, receiver=True)),
    ],
)
def test_a_reference_names_a_parameter_a_position_or_the_receiver(reference: str, expected: Parameter) -> None:
    assert parse_parameter(reference) == expected


@pytest.mark.parametrize(
    "reference", ["", "@", "file@", "file@-1", "1file@0", "file 0", "file@0@1", "*args", "file.name"]
)
def test_anything_else_is_refused_with_the_forms_that_are_allowed(reference: str) -> None:
    with pytest.raises(ValueError, match="is not a parameter reference; expected name@position"):
        parse_parameter(reference)


def test_a_parameter_called_self_at_a_position_is_not_the_receiver() -> None:
    assert parse_parameter("self@0") == Parameter("self", 0)
