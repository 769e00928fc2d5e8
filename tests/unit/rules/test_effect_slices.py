"""Each call of an effect is found again by LibCST, however the code around it is written."""

from __future__ import annotations

import libcst as cst
import pytest
from effects_by_hand import PATH, RELATIVE, effect_at, span_of
from libcst.metadata import MetadataWrapper

from lambdalint.model import Confidence, Effect, Family, RuleMeta, Severity, Span
from lambdalint.rules import judge
from lambdalint.rules.effect_provider import EffectProvider
from lambdalint.rules.rule import Rule
from lambdalint.syntax.excerpt import MAX_DEPTH, Source

CALL = 'open("report.csv", "w")'


class Witness(Rule):
    """Reports each call, with the text that LibCST sees and the place that it computes."""

    meta = RuleMeta("LMB198", "witness", Family.READ_ONLY, Severity.ERROR, Confidence.HIGH, "Witnesses.", since="0.1.0")

    def concerns(self, effect: Effect) -> bool:
        return True

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        for effect in self.effects(node):
            assert self.span(node) == effect.span
            self.report(node, effect, _code(node), "look")


def _code(node: cst.Call) -> str:
    return _squeezed(cst.Module([]).code_for_node(node.with_changes(lpar=(), rpar=())))


def _squeezed(code: str) -> str:
    return "".join(code.split())


SOURCES = {
    "a function": f"def handler(event, context):\n    {CALL}\n",
    "a module's statement": f"import os\n\nout = {CALL}\n",
    "the only line, without an end": CALL,
    "a decorated function": f"import x\n\n@x.one\n@x.two(\n    3,\n)\n# note\ndef f():\n    return {CALL}\n",
    "a decorator": f"@keep({CALL})\ndef f():\n    pass\n",
    "a parenthesised decorator": f"import x\n@(\n    x(\n        {CALL}\n    )\n)\ndef f():\n    pass\n",
    "a nested function": (
        f"def f():\n    def g():\n        def h():\n            {CALL}\n        return h\n    return g\n"
    ),
    "a method": f"class A:\n    x = 1\n\n    def f(self):\n        {CALL}\n\n    def g(self): pass\n",
    "a method of a nested class": (
        f"class A:\n    class B(A):\n        @staticmethod\n        def f():\n            {CALL}\n"
    ),
    "a decorated class's decorated method": (
        f"@one\nclass A(\n    B,\n):\n    '''Doc.'''\n    @two\n    def f(self):\n        {CALL}\n"
    ),
    "a class attribute": f"class A:\n  y = 1; x = {CALL}\n  z = 2\n",
    "the bases of a class": f"class A(base({CALL})):\n    def f(self): pass\n",
    "a class in a line": f"class A: x = {CALL}\n",
    "a class in a line, nested": f"class A:\n    class B: x = {CALL}\n",
    "a function in a line": f"def f(): {CALL}\n",
    "one of several statements in a line": f"import os; x = {CALL}; y = 2\n",
    "a statement behind a string of several lines": f"def f():\n    x = '''\nabc\n'''; y = {CALL}\n",
    "the same in a class": f"class A:\n    x = '''\nabc\n'''; y = {CALL}\n    z = 1\n",
    "tabs": f"class A:\n\tdef f(self):\n\t\tif self:\n\t\t\t{CALL}\n",
    "mixed indentation": f"class A:\n  def f(self):\n        {CALL}\n  def g(self):\n     pass\n",
    "a lambda": f"f = lambda: [{CALL} for _ in ()]\n",
    "a default of an argument": f"class A:\n    def f(self, x={CALL}):\n        pass\n",
    "several lines": (
        'class A:\n    def f(self):\n        with open(\n            "report.csv",  # é\n'
        '            "w",\n        ) as out:\n            pass\n'
    ),
    "a backslash": f"def f():\n    x = \\\n  {CALL}\n",
    "a backslash behind a semicolon": f"import os; \\\n   x = {CALL}\n",
    "the same in a class, again": f"class A:\n    y = 1; \\\n  x = {CALL}\n",
    "letters of several bytes": f"def f():\n    été, x = '💥', {CALL}\n",
    "redundant parentheses": f"def f():\n    return (({CALL}))\n",
    "awaited": f"async def f():\n    async with x:\n        await g({CALL})\n",
    "a formatted string": 'def f():\n    return f\'é {open("report.csv", "w")} {x!r:>{width}}\'\n',
    "a formatted string of several lines": ("def f():\n    return f'''é\n  ü {\n open(\"report.csv\", \"w\")}'''\n"),
    "branches": f"if x:\n    pass\nelif y:\n    try:\n        {CALL}\n    finally:\n        pass\n",
    "a match statement": f"def f(x):\n    match x:\n        case [1, *_]:\n            {CALL}\n",
    "comments in the wrong column": (f"class A:\n    def f(self):\n# odd\n        {CALL}\n  # odder\n    x = 1\n"),
    "the end of a file without a line end": f"class A:\n    def f(self):\n        {CALL}",
    "form feeds": f"import os\n\x0c\ndef f():\n    {CALL}\n\x0c\nclass A:\n    pass\n",
    "a type annotation": f"class A:\n    x: T = {CALL}\n",
    "a byte order mark": f"\ufeffdef f():\n    {CALL}\n",
    "separators that are no line ends": f"x = '\x0b\x1c\u2028\x85'\ndef f():\n    {CALL}\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_call_is_found(source: str, newline: str) -> None:
    text = source.replace("\n", newline)
    start = source.index("open(")
    code = source[start : source.index(")", start) + 1]
    effect = effect_at(span_of(text.removeprefix("\ufeff"), code.replace("\n", newline)))
    (finding,) = judge(PATH, text, [effect], [Witness], {})
    assert finding.code == "LMB198", finding.message
    assert finding.message == f"{_squeezed(code)} (ReportFunction): look"
    assert finding.span == effect.span


def test_calls_of_several_slices_are_found() -> None:
    source = (
        "open(1)\n\nclass A:\n    def f(self):\n        open(2)\n    def g(self):\n        pass\n"
        "    class B:\n        def h(self): open(3)\n    class C:\n        x = open(4)\n    y = open(5)\n\n"
        "class D:\n    x = 1\n    def f(self): open(6); open(7)\n\ndef f():\n    open(open(8))\n"
    )
    calls = [f"open({number})" for number in range(1, 9)]
    effects = [effect_at(span_of(source, call)) for call in calls]
    findings = judge(PATH, source, reversed(effects), [Witness], {})
    assert [finding.message.partition(" (")[0] for finding in findings] == calls
    assert [finding.span for finding in findings] == [effect.span for effect in effects]


def test_only_the_statements_of_effects_are_parsed() -> None:
    source = Source(
        "import os\n\nclass A:\n    x = 1\n\n    def f(self):\n        a()\n\n    def g(self):\n        b()\n\nc()\n",
    )
    excerpt = source.excerpt(source.pieces([10, 7]))
    assert excerpt.text == "if 1:\n    def f(self):\n        a()\n    def g(self):\n        b()\n"
    assert excerpt.lines == (3, 6, 7, 9, 10)
    assert [excerpt.original(line) for line in (1, 2, 5)] == [3, 6, 10]


def test_calls_at_one_place_keep_apart() -> None:
    source = "open('a').write(open('b'))\n"
    outer = span_of(source, "open('a').write(open('b'))")
    inner = span_of(source, "open('a')")
    findings = judge(PATH, source, [effect_at(outer), effect_at(inner)], [Witness], {})
    assert [finding.message.partition(" (")[0] for finding in findings] == [
        "open('a')",
        "open('a').write(open('b'))",
    ]


def test_misplaced_call_in_a_formatted_string_is_found() -> None:
    """Older Pythons count lines and columns inside some f-strings wrongly."""
    source = "def f():\n    open(1)\n    return f'{x.open(2)}'\n"
    wrong = Span(PATH, 3, 2, 3, 11)

    class Lenient(Witness):
        def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
            for effect in self.effects(node):
                self.report(node, effect, _code(node), "look")

    (finding,) = judge(PATH, source, [effect_at(wrong)], [Lenient], {})
    assert finding.message == "x.open(2) (ReportFunction): look"
    assert finding.span == wrong


def test_provider_serves_any_visitor() -> None:
    from lambdalint.rules.effect_provider import EffectsInExcerpt

    source = Source(f"x = 1\n{CALL}\n")
    excerpt = source.excerpt(source.pieces([2]))
    effect = effect_at(Span(PATH, 2, 1, 2, 24))
    wrapper = MetadataWrapper(
        cst.parse_module(excerpt.text),
        unsafe_skip_copy=True,
        cache={EffectProvider: EffectsInExcerpt(PATH, excerpt, (effect,))},
    )
    assert list(wrapper.resolve(EffectProvider).values()) == [(effect,)]


def _deep(levels: int) -> str:
    return f"def f(a):\n    x = {'a' + ' + a' * levels}\n    {CALL}\n"


def test_deep_code_is_judged_up_to_the_bound() -> None:
    source = _deep(MAX_DEPTH - 10)
    (finding,) = judge(PATH, source, [effect_at(span_of(source, CALL))], [Witness], {})
    assert finding.code == "LMB198"


def test_deeper_code_is_reported_and_spares_the_rest() -> None:
    deep = _deep(MAX_DEPTH + 1)
    source = f"{deep}\n\ndef g():\n    open(2)\n"
    effects = [effect_at(span_of(source, CALL)), effect_at(span_of(source, "open(2)"))]
    internal, found = judge(PATH, source, effects, [Witness], {})
    assert (internal.code, internal.span) == ("LMB999", effects[0].span)
    assert "nested too deeply" in internal.message
    assert (found.code, found.span) == ("LMB198", effects[1].span)


def test_syntax_unknown_to_libcst_is_reported_and_spares_the_rest() -> None:
    """LibCST 1.9 does not know a backslash on a line of its own at the start of a block."""
    source = f"class A:\n    \\\n    x = {CALL}\n\nclass B:\n    def f(self):\n        open(2)\n"
    effects = [effect_at(span_of(source, CALL)), effect_at(span_of(source, "open(2)"))]
    internal, found = judge(PATH, source, effects, [Witness], {})
    assert (internal.code, internal.span) == ("LMB999", effects[0].span)
    assert "does not know the syntax of line 3" in internal.message
    assert (found.code, found.span) == ("LMB198", effects[1].span)


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(PATH, 2, 5, 2, 9), "no call or import stands there"),
        (Span(PATH, 400, 1, 400, 2), "no call or import stands there"),
    ],
    ids=["another place", "behind the end"],
)
def test_effect_without_a_call_is_reported(span: Span, reason: str) -> None:
    (finding,) = judge(PATH, f"def f():\n    {CALL}\n", [effect_at(span, RELATIVE)], [Witness], {})
    assert (finding.code, finding.span, finding.functions) == ("LMB999", span, ("ReportFunction",))
    assert reason in finding.message
    assert f"app.py, line {span.line}" in finding.message
    assert "please report this" in finding.message


@pytest.mark.parametrize(
    "source", ["def f(:\n", "x = '\0'\n", "x = " + "-" * 100_000 + "1\n"], ids=["syntax", "null", "depth"]
)
def test_file_that_python_cannot_parse_is_reported(source: str) -> None:
    (finding,) = judge(PATH, source, [effect_at(Span(PATH, 1, 1, 1, 2))], [Witness], {})
    assert finding.code == "LMB999"
    assert "Python cannot parse the file" in finding.message


def test_nothing_is_parsed_without_a_concerned_effect() -> None:
    class Unconcerned(Witness):
        def concerns(self, effect: Effect) -> bool:
            return False

    assert judge(PATH, "def f(:\n", [effect_at(Span(PATH, 1, 1, 1, 2))], [Unconcerned], {}) == []


def test_effects_of_other_files_are_left_alone() -> None:
    source = f"{CALL}\n"
    assert judge(PATH, source, [effect_at(span_of(source, CALL, "other.py"))], [Witness], {}) == []
