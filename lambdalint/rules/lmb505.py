"""LMB505 timeout-over-limit."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import number_written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Function, Room, Span
    from lambdalint.rules.template_rule import Declared
    from lambdalint.rules.template_value import Written


class TimeoutOverLimit(TemplateRule):
    """Reports a timeout that is longer than the platform lets a function run.

    ## What it does

    Compares the timeout that a template states with the longest that the platform takes: 900 seconds, which is
    15 minutes, on AWS Lambda, and 5,400 seconds on Lambda Managed Instances. A setting that several functions
    share is reported once.

    ## Why it fails on Lambda

    The deployment is refused: the value of `timeout` fails to satisfy its constraint. Often the unit is the
    mistake: SAM, CloudFormation, the Serverless Framework, Terraform and Zappa count seconds, not milliseconds.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Convert:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          Timeout: 3600
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Convert:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          Timeout: 900
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    What takes longer is split into parts (AWS Step Functions, a queue), or runs in a container (ECS, AWS
    Batch).

    ## Options

    None.

    ## Known limits

    The default of a parameter, and what a condition chooses, may be overridden in a deployment: such findings
    have medium confidence. The shorter limits of Lambda@Edge and those of other platforms are not judged, nor
    are functions of lambdalint's own configuration. There is no fix: what is to take less time is for a person
    to say.
    """

    meta = RuleMeta(
        code="LMB505",
        name="timeout-over-limit",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a timeout that is longer than the platform lets a function run.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that states such a timeout."""
        places: defaultdict[tuple[Span, int, int, str], list[tuple[Function, Written]]] = defaultdict(list)
        for function in declared.functions:
            room = function.room
            span, (most, title) = room.span_of("timeout"), _longest(room, declared)
            if span is None or most is None or function.declared_by == "configuration":
                continue
            if room.timeout is not None and room.timeout > most:
                written = number_written(span, room.timeout, declared.text_of)
                places[written.span, room.timeout, most, title].append((function, written))
        for (span, seconds, most, title), concerned in sorted(places.items(), key=lambda item: item[0]):
            yield self.finding_on(
                f"states a timeout of {seconds:,} seconds, more than the longest that {title} takes, {most:,} seconds",
                span,
                f"set at most {most:,} seconds, and split what takes longer or run it in a container",
                [function for function, _ in concerned],
                confidence=max((written.confidence for _, written in concerned), key=lambda sure: sure.rank),
            )


def _longest(room: Room, declared: Declared) -> tuple[int | None, str]:
    """Return the longest timeout, in seconds, and what sets it; None where that is not known."""
    for variant in declared.variants(room):
        if variant.timeout_max is not None:
            return variant.timeout_max, variant.title
    platform = declared.platform(room)
    return (platform.timeout_max, platform.title) if platform is not None else (None, "")
