"""What LMB307 says of sizes that do not fit, and what it advises."""

from __future__ import annotations

import pytest
from effects_by_hand import PATH, effect_at, place
from msgspec.structs import replace

from lambdalint.model import Base, Confidence, Excess, Finding, Lifetime, Removal, Span
from lambdalint.rules import judge, registry

SPAN = Span(PATH, 1, 1, 1, 15)
EXCESS = Excess(700, 512, (("/tmp/a", 400), ("/tmp/b", 300)), most=10240, declared_by="sam")


def _finding(excess: Excess) -> Finding:
    lifetime = Lifetime(bounded=True, removed=Removal.NEVER, exceeds=excess)
    effect = replace(effect_at(SPAN, place(Base.TMP, "/tmp/b")), lifetime=lifetime)
    (finding,) = judge(PATH, "open('/tmp/b')\n", [effect], [registry()["LMB307"]], {})
    return finding


def test_the_sum_its_parts_and_the_limit() -> None:
    assert _finding(EXCESS).message == (
        "writes /tmp/b, with which at least 700 MB lie in /tmp at the same time (400 MB in /tmp/a and 300 MB in "
        "/tmp/b), but /tmp has 512 MB (ReportFunction): set EphemeralStorage: {Size: 768}, or remove what is no longer "
        "needed before"
    )
    alone = replace(EXCESS, parts=(("/tmp/b", 700),), stated=Span("infra/template.yaml", 12, 9, 12, 12))
    assert "at the same time, but /tmp has 512 MB (in infra/template.yaml:12) (" in _finding(alone).message


@pytest.mark.parametrize(
    ("excess", "advice"),
    [
        (replace(EXCESS, declared_by="serverless"), "set ephemeralStorageSize: 768, or remove"),
        (replace(EXCESS, declared_by="signature"), "(SAM, CloudFormation) or ephemeralStorageSize: 768 (Serverless)"),
        (replace(EXCESS, declared_by="configuration"), "and tmp-mb = 768 here"),
        (replace(EXCESS, written=1024), "Size: 1280}"),
        (replace(EXCESS, written=10_200, room=1024), "Size: 10240}"),
        (replace(EXCESS, written=10_240, room=1024), "no /tmp is larger than 10,240 MB: stream it"),
        (replace(EXCESS, room=10_240, written=11_000), "write less at the same time"),
        (replace(EXCESS, most=None), "write less at the same time"),
    ],
)
def test_the_remedy_fits(excess: Excess, advice: str) -> None:
    assert advice in _finding(excess).message


@pytest.mark.parametrize(
    ("excess", "confidence"),
    [
        (EXCESS, Confidence.HIGH),
        (replace(EXCESS, sparse=True), Confidence.MEDIUM),
        (replace(EXCESS, assumed=True), Confidence.LOW),
    ],
)
def test_how_sure_it_is(excess: Excess, confidence: Confidence) -> None:
    assert _finding(excess).confidence is confidence
