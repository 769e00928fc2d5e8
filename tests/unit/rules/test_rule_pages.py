"""Every rule has a page, and the page tells the truth about the rule's declaration."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules import registry
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.pages import HEADINGS, PageError, page

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = registry()
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@every_rule
def test_page_is_complete(rule: type[RuleDefinition]) -> None:
    read = page(rule)
    assert (read.code, read.name, read.summary) == (rule.meta.code, rule.meta.name, rule.meta.summary)
    assert tuple(section.title for section in read.sections) == HEADINGS
    assert all(len(line) <= 110 for line in read.markdown.splitlines())


@every_rule
def test_page_documents_each_option(rule: type[RuleDefinition]) -> None:
    documented = re.findall(r"^- `([a-z-]+)`:", page(rule).section("Options"), re.MULTILINE)
    assert documented == [field.encode_name for field in msgspec.structs.fields(rule.Options)]
    assert documented or page(rule).section("Options") == "None."


@every_rule
def test_examples_are_python(rule: type[RuleDefinition]) -> None:
    for title in ("Example", "Use instead"):
        for block in PYTHON.findall(page(rule).section(title)):
            if rule.meta.code == "LMB900" and title == "Example":
                with pytest.raises(SyntaxError):
                    compile(block, title, "exec")
            else:
                compile(block, title, "exec")


@every_rule
def test_rule_is_short(rule: type[RuleDefinition]) -> None:
    assert len(inspect.getsource(inspect.getmodule(rule) or rule).splitlines()) <= 200


def _documented(text: str) -> type[RuleDefinition]:
    class Documented(RuleDefinition):
        __doc__ = text
        meta = RuleMeta("LMB199", "x", Family.READ_ONLY, Severity.INFO, Confidence.LOW, "Sum.", "0.1.0")

    return Documented


BODY = "".join(f"\n## {title}\n\ntext of {title}\n" for title in HEADINGS)


def test_heading_in_code_is_text() -> None:
    code = "text of Example\n\n```python\n## not a heading\n```"
    read = page(_documented("Sum.\n" + BODY.replace("text of Example", code)))
    assert read.section("Example") == code
    assert read.markdown.startswith("# LMB199 x\n\nSum.\n\n## What it does\n\ntext of What it does\n\n## Why")
    with pytest.raises(KeyError):
        read.section("Nowhere")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("## Options", "## Choices"), "LMB199: the headings are"),
        (lambda text: text.replace("\ntext of Options\n", ""), "LMB199: nothing stands below 'Options'"),
        (lambda text: "", "LMB199: the headings are []"),
    ],
)
def test_incomplete_page_is_refused(change: Callable[[str], str], message: str) -> None:
    with pytest.raises(PageError) as raised:
        page(_documented(change("Sum.\n" + BODY)))
    assert str(raised.value).startswith(message)
