from __future__ import annotations

import pytest

from lambdalint.flow.models.web.addresses import groups, is_strict, parameters


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/x", {}),
        ("/<name>", {"name": True}),
        ("/<string:name>/<int(min=1):n>", {"name": True, "n": True}),
        ("/<path:rest>", {"rest": False}),
        ("/<rest:path>", {"rest": False}),
        ("/<name:re:[a-z]+>", {"name": False}),
        ("/{name}", {"name": True}),
        ("/{name:str}/{rest:path}", {"name": True, "rest": False}),
        ("/{proxy+}", {"proxy": False}),
        (r"^(?P<year>[0-9]{4})/(?P<slug>[\w-]+)/$", {"year": True, "slug": True}),
        (r"^(?P<rest>.+)$", {"rest": False}),
        (r"^(?P<rest>(a|b)/.*)$", {"rest": False}),
        (r"^(?P<name>[^/]+)/x$", {"name": True}),
        (r"^(?P<name>(", {"name": False}),
        (r"^(?P<n>" + "(" * 50 + "a+" + ")+" * 50 + ")$", {"n": False}),
    ],
)
def test_which_parts_of_an_address_may_hold_a_separator(address: str, expected: dict[str, bool]) -> None:
    assert parameters(address) == expected


def test_groups_without_names_count_in_their_order() -> None:
    assert groups(r"^older/([\w-]+)/(?:a|b)/(.*)\(x\)$") == [True, False]


@pytest.mark.parametrize(
    ("pattern", "strict"),
    [(r"^[a-z]+$", True), (r"[a-z]+", False), (r"^.*$", False), (r"^[\w./]+$", False), ("^[$", False)],
)
def test_a_pattern_that_keeps_separators_out(pattern: str, strict: bool) -> None:
    assert is_strict(pattern) is strict
