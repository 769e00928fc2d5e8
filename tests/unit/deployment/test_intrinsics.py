from __future__ import annotations

from textwrap import dedent

import pytest

from lambdalint.deployment.cloudformation.intrinsics import Scope, is_absent
from lambdalint.deployment.document import load

TEMPLATE = """\
Parameters:
  Name: {Type: String, Default: jobs}
  Open: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
  Secret: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
Mappings:
  Sizes:
    small: {tmp: 512, folder: same}
    large: {tmp: 2048, folder: same}
Conditions:
  IsJobs: !Equals [!Ref Name, jobs]
  NotJobs: !Not [Condition: IsJobs]
  Unknown: !Equals [!Ref Open, x]
  Either: !Or [!Condition Unknown, !Condition IsJobs]
  Both: !And [!Condition Unknown, !Condition NotJobs]
  Loop: !Not [!Condition Loop]
Value: VALUE
"""


def _scope(value: str, parameters: dict[str, str | None] | None = None) -> tuple[Scope, str | None]:
    root = load("t.yaml", dedent(TEMPLATE).replace("VALUE", value)).root
    assert root is not None
    scope = Scope(root, parameters)
    return scope, scope.text(root, "Value")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Name", "jobs"),
        ("{Ref: Name}", "jobs"),
        ("!Ref Open", None),
        ("!Ref Secret", None),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::Region", None),
        ('!Sub "/tmp/${Name}"', "/tmp/jobs"),
        ('!Sub "/tmp/${Open}"', None),
        ('!Sub "${!Name}"', "${Name}"),
        ('!Sub ["${Name}-${X}", {X: !Ref Name}]', "jobs-jobs"),
        ('!Sub ["${Name}", {Name: own}]', "own"),
        ('!Join ["-", [a, !Ref Name]]', "a-jobs"),
        ('!Join ["", !Ref Zones]', "ab"),
        ('!Join ["-", [a, !Ref "AWS::NoValue", b]]', "a-b"),
        ('!Select [1, !Split [",", "x,y"]]', "y"),
        ('!Select ["0", !Ref Zones]', "a"),
        ("!Select [7, !Ref Zones]", None),
        ("!FindInMap [Sizes, large, tmp]", "2048"),
        ("!FindInMap [Sizes, !Ref Open, tmp]", None),
        ("!FindInMap [Sizes, !Ref Open, folder]", "same"),
        ("!If [IsJobs, yes1, no1]", "yes1"),
        ("!If [NotJobs, yes1, no1]", "no1"),
        ("!If [Either, yes1, no1]", "yes1"),
        ("!If [Both, yes1, no1]", "no1"),
        ("!If [Unknown, !Ref Open, second]", "second"),
        ("!If [Loop, first, second]", "first"),
        ("{'Fn::Base64': text}", "text"),
        ("!GetAtt Thing.Arn", None),
        ("!ImportValue thing", None),
        ("'{{resolve:ssm:/path}}'", None),
        ('!Sub "{{resolve:ssm:${Name}}}"', None),
    ],
)
def test_functions_have_the_values_that_defaults_give(value: str, expected: str | None) -> None:
    assert _scope(value)[1] == expected


def test_a_parent_s_values_replace_the_defaults() -> None:
    assert _scope("!Ref Name", {"Name": "other"})[1] == "other"
    assert _scope("!Ref Name", {"Name": None})[1] is None
    assert _scope("!If [IsJobs, first, second]", {"Name": "other"})[1] == "second"


def test_no_value_removes_a_property() -> None:
    scope, text = _scope("!Ref AWS::NoValue")
    assert text is None
    assert is_absent(scope.resolve(scope.root.get("Value")))
    assert scope.get(scope.root, "Value") is None


@pytest.mark.parametrize(
    "value",
    [
        *("!Sub []", "!Sub {a: b}", "!Join [a]", "!Join x", "!If [1]", "!If {a: b}", "!Select []"),
        *("!FindInMap x", "!Split [a]", "!Ref []", "!Select [x, y]", "{'Fn::Sub': null}"),
        "!FindInMap [[], {}, a]",
    ],
)
def test_malformed_functions_have_no_value(value: str) -> None:
    assert _scope(value)[1] is None


def test_text_that_grows_without_bound_is_not_known() -> None:
    lines = ["Parameters: {A0: {Type: String, Default: xxxxxxxxxx}}", "V0: &v0 !Ref A0"]
    for level in range(1, 30):
        holes = "${A}" * 10
        lines.append(f'V{level}: &v{level} !Sub ["{holes}", {{A: *v{level - 1}}}]')
    root = load("t.yaml", "\n".join(lines) + "\n").root
    assert root is not None
    scope = Scope(root)
    assert len(scope.text(root, "V3") or "") == 10_000
    assert scope.text(root, "V29") is None
