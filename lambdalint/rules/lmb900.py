"""LMB900 cannot-parse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Finding, RuleMeta, Severity
from lambdalint.rules.definition import RuleDefinition

if TYPE_CHECKING:
    from lambdalint.model import Problem


class CannotParse(RuleDefinition):
    """Reports a source file that cannot be parsed, and was not checked.

    ## What it does

    Reports a Python file that belongs to a function but cannot be read as Python: a syntax error, an
    unknown encoding, or syntax that is newer than the Python that runs lambdalint. Nothing in the file is
    checked.

    ## Why it fails on Lambda

    A file with a syntax error cannot be imported there either: the function ends with
    `Runtime.UserCodeSyntaxError` before its handler is called. Syntax that is only newer than
    lambdalint's own Python works on a runtime that knows it.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
    ```

    ```python
    def handler(event, context):
        print "done"
    ```

    ## Use instead

    ```python
    def handler(event, context):
        print("done")
    ```

    Run lambdalint with the Python version of the function's runtime, or a newer one. Exclude templates
    that only carry the suffix `.py`.

    ## Options

    None.

    ## Known limits

    Only files that a function reaches are reported. Others that do not parse are named on standard error.
    """

    meta = RuleMeta(
        code="LMB900",
        name="cannot-parse",
        family=Family.LAMBDALINT,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a source file that cannot be parsed, and was not checked.",
        since="0.1.0",
    )


def cannot_parse(problem: Problem) -> Finding:
    """Return the finding for a source file with this *problem*."""
    return CannotParse.finding(problem.message, problem.span)
