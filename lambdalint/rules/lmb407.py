"""LMB407 duplicate-of-layer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Confidence, Family, Label, Provenance, RuleMeta, Severity
from lambdalint.rules import shipped
from lambdalint.rules.pin_reason import is_explained
from lambdalint.rules.project_rule import ProjectRule
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Distribution, Finding, ForeignImport, FunctionPackage, Span


class DuplicateOfLayer(ProjectRule):
    """Reports a library that a function packs although one of its layers holds it, too.

    ## What it does

    Reports a requirement, or a vendored folder, of a zip function whose distribution is also in a layer of that
    function: one that the project builds, one that is known by its ARN, such as Powertools for AWS Lambda and AWS
    SDK for pandas, or one that `shared-layers` of the configuration describes.

    ## Why it fails on Lambda

    `/var/task` comes before `/opt` in the path of imports: the copy in the package wins, always and without a
    word. The layer's copy is dead weight, it counts towards the limit of 250 MiB, and whoever raises the
    version in the layer changes nothing.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src
          Layers:
            - !Sub arn:aws:lambda:${AWS::Region}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7
    ```

    ```text
    # src/requirements.txt
    aws-lambda-powertools==3.4.0
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```text
    # requirements-dev.txt
    aws-lambda-powertools==3.4.0
    ```

    Leave the library to the layer: remove it from the package's requirements, and keep it in those of developers
    and tests. Where the function must have another version than the layer, say why behind the pin: that is
    accepted.

    ## Options

    None.

    ## Known limits

    What libraries bring along into the package is not compared, only what somebody asks for.
    """

    meta = RuleMeta(
        code="LMB407",
        name="duplicate-of-layer",
        family=Family.PACKAGING,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Reports a library that a function packs although one of its layers holds it, too.",
        since="0.1.0",
    )

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each requirement or folder, and layer."""
        found: defaultdict[tuple[Span, str, str], dict[_Duplicate, FunctionPackage]] = defaultdict(dict)
        for package in shipped.judged(packages):
            for one in package.package.distributions:
                held = shipped.in_layers(package, one.name)
                if one.provenance in shipped.DIRECT and held is not None and not is_explained(one.requirement):
                    layer = held[0].layer.name
                    found[one.span, one.name, layer][_Duplicate(package.function.name, one, held[1])] = package
        for (span, name, layer), duplicates in sorted(found.items()):
            duplicate = next(iter(duplicates))
            concerned = list(duplicates.values())
            yield self.report(
                f"packs {name}{duplicate.versions}, although the layer {shown(layer)} holds it, and this copy wins",
                span,
                "remove it from the package, so that the layer's copy is used; or say in a comment behind the pin why "
                "it is here",
                concerned,
                labels=[duplicate.in_layer] if duplicate.theirs.span != span else [],
                confidence=shipped.certainty(concerned),
            )


class _Duplicate(msgspec.Struct, frozen=True):
    """A distribution in the package of a function, ``mine``, and in one of its layers, ``theirs``."""

    function: str
    mine: Distribution
    theirs: Distribution

    @property
    def versions(self) -> str:
        mine, theirs = self.mine.version, self.theirs.version
        if mine and theirs and mine != theirs:
            return f" {mine} (the layer has {theirs})"
        return f" {mine}" if mine else ""

    @property
    def in_layer(self) -> Label:
        by = self.theirs.brought_by
        brought = f", which {by} brings along" if self.theirs.provenance is Provenance.BROUGHT and by else ""
        return Label(self.theirs.span, f"{self.theirs.name} in the layer{brought}")
