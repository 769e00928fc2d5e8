"""LMB504 too-many-layers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Function, Room, Span
    from lambdalint.rules.template_rule import Declared
    from lambdalint.rules.template_value import TextOf

_UNKNOWN = "unknown"
_UNDECIDED = ("!If", "Fn::If", '"Fn::If"', "'Fn::If'", '{"Fn::If"', "{'Fn::If'", "{Fn::If")


class TooManyLayers(TemplateRule):
    """Reports the layer with which a function has more than its platform attaches.

    ## What it does

    Counts the layers that a template attaches to a function, those of `Globals` and of the provider block
    included, and reports the first one that is too many: the sixth on AWS Lambda. Only layers that are listed
    by themselves count. What stands for a list that is not known, or is left out under a condition, may be
    none.

    ## Why it fails on Lambda

    A function takes five layers, whatever their size. The deployment is refused with a sixth one. In SAM the
    layers of `Globals` are added to those of the function, so that one more for all functions may be too many
    for a single one.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          Layers:
            - arn:aws:lambda:eu-central-1:123456789012:layer:logging:3
            - arn:aws:lambda:eu-central-1:123456789012:layer:tracing:7
            - arn:aws:lambda:eu-central-1:123456789012:layer:settings:1
            - arn:aws:lambda:eu-central-1:123456789012:layer:tables:12
            - arn:aws:lambda:eu-central-1:123456789012:layer:charts:4
            - arn:aws:lambda:eu-central-1:123456789012:layer:fonts:2
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          Layers:
            - arn:aws:lambda:eu-central-1:123456789012:layer:observability:1
            - arn:aws:lambda:eu-central-1:123456789012:layer:settings:1
            - arn:aws:lambda:eu-central-1:123456789012:layer:tables:12
            - arn:aws:lambda:eu-central-1:123456789012:layer:charts:4
            - arn:aws:lambda:eu-central-1:123456789012:layer:fonts:2
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Options

    None.

    ## Known limits

    Layers that a plugin or a tool attaches when it deploys do not count. There is no fix: which of the layers
    go together is for a person to say. Functions of lambdalint's own configuration are not judged.
    """

    meta = RuleMeta(
        code="LMB504",
        name="too-many-layers",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports the layer with which a function has more than its platform attaches.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that attaches a layer too many."""
        places: defaultdict[tuple[Span, int, int, bool, str], list[Function]] = defaultdict(list)
        for function in declared.functions:
            platform = declared.platform(function.room)
            most = platform.layers_max if platform is not None else None
            if platform is None or most is None or function.declared_by == "configuration":
                continue
            known = _listed(function.room, declared.text_of)
            if len(known) > most:
                more = len(known) < len(function.room.layers)
                places[_place(function, known[most]), len(known), most, more, platform.title].append(function)
        for (span, count, most, more, title), concerned in sorted(places.items(), key=lambda item: item[0]):
            yield self.finding_on(
                f"attaches {'at least ' if more else ''}{count} layers, more than the {most} that {title} takes",
                span,
                "merge layers into one, or pack what only this function needs into its package",
                concerned,
            )


def _listed(room: Room, text_of: TextOf) -> list[Span]:
    """Return the places of the layers that are attached for certain."""
    return [
        layer.span
        for layer in room.layers
        if layer.span is not None
        and layer.name != _UNKNOWN
        and not (text_at(layer.span, text_of) or "").lstrip().startswith(_UNDECIDED)
    ]


def _place(function: Function, layer: Span) -> Span:
    """Return where a *layer* is attached: its place in the list, or the list itself where it is made elsewhere."""
    listed = function.room.span_of("layers")
    if listed is None or function.declared_by == "sam":
        return layer  # what Globals list comes from another list than the function's own
    inside = listed.path == layer.path and (listed.line, listed.column) <= (layer.line, layer.column)
    inside = inside and (layer.end_line, layer.end_column) <= (listed.end_line, listed.end_column)
    return layer if inside else listed
