"""Which comments say why a distribution must be in a package."""

from __future__ import annotations

import pytest

from lambdalint.model import Requirement, Span
from lambdalint.rules.pin_reason import is_explained


def pin(comment: str, *, beside: bool = True, specifier: str = "==1.40.0") -> Requirement:
    return Requirement("boto3", "boto3", Span.point("r.txt"), specifier=specifier, comment=comment, beside=beside)


@pytest.mark.parametrize(
    "comment",
    [
        "S3 Vectors came with 1.40",
        "needs Bedrock",
        "https://github.com/boto/boto3/issues/1234",
        "OPS-4711",
        "需要新版本支持向量",
        "wegen der neuen Regionen",
        "noqa: E501 # breaks with older runtimes",
        "no-deploy",
        "nodeploy",
    ],
)
def test_a_reason_beside_a_pin(comment: str) -> None:
    assert is_explained(pin(comment))


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "AWS SDK",
        "AWS SDK for Python",
        "latest version",
        "pinned",
        "via -r requirements.in",
        "noqa: LMB401",
        "lambdalint: ignore[LMB407] the layer is too old",
        "type: ignore",
        "pyup: ignore",
        "renovate: pin",
        "nosec B101 skip it",
        "FIXME: move to the layer",
    ],
)
def test_what_is_no_reason_beside_a_pin(comment: str) -> None:
    assert not is_explained(pin(comment))


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("The runtime's copy breaks our retries.", True),
        ("Keep in step with the layer of the other team", True),
        ("AWS", False),
        ("Requirements for the api", False),
        ("Runtime dependencies for Lambda", False),
        ("boto3==1.34.0 because of an old bug", False),
        ("Licensed under the Apache License, Version 2.0", False),
    ],
)
def test_a_comment_above_may_be_a_heading(comment: str, expected: bool) -> None:
    assert is_explained(pin(comment, beside=False)) is expected


def test_only_a_pin_can_be_explained() -> None:
    assert not is_explained(pin("S3 Vectors came with 1.40", specifier=""))
    assert not is_explained(None)
