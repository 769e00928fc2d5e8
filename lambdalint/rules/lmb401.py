"""LMB401 sdk-in-package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lambdalint.model import Confidence, Family, Provenance, RuleMeta, Safety, Severity
from lambdalint.rules import libraries, shipped
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.pin_reason import is_explained
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Distribution, Finding, Fix, ForeignImport, FunctionPackage
    from lambdalint.syntax.project import Project


class SdkInPackage(ProjectRule):
    """Reports the AWS SDK in the requirements that are installed into a function's own package.

    ## What it does

    Reports `boto3`, `botocore`, `aiobotocore` and `aioboto3` where the build of a zip function installs them
    into its package: a `requirements.txt` that `sam build`, the Serverless Framework's plugin, the CDK,
    Chalice or a build script takes, a `pyproject.toml` or a `Pipfile`. A requirements file that no zip
    function is built from is not looked at: one of a layer, an image, a CDK app or a developer.

    The fix moves the lines into the `requirements.txt` of a layer of the SAM template, one that the functions
    have already or a new one, with what the SDK brings along. With the Serverless Framework's plugin it sets
    `custom.pythonRequirements.layer`, which moves all requirements of the service.

    ## Why it fails on Lambda

    It runs, but each function carries a copy of its own, about 22 MiB (80 MiB before boto3 1.29) of the 250
    MiB that its package and layers may have. Every deployment uploads it, every cold start of a new environment
    loads it, and when the SDK must be updated, that is to be done once for each function.

    Leaving it out is no better: then the function gets the copy of the runtime, whose version changes without a
    deployment, and AWS recommends not to rely on it. A layer does both: it pins the version of the SDK, and it is
    built once for all functions.

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
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ```text
    # src/requirements.txt
    boto3==1.40.0
    requests==2.32.3
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Sdk:
        Type: AWS::Serverless::LayerVersion
        Metadata:
          BuildMethod: python3.13
        Properties:
          ContentUri: layers/sdk
          CompatibleRuntimes: [python3.13]
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src
          Layers: [!Ref Sdk]
    ```

    ```text
    # layers/sdk/requirements.txt
    boto3==1.40.0
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    Where one function needs a version of its own, say why behind the pin; that is accepted:
    `boto3==1.41.2  # S3 Vectors came with 1.41`. The mark `#no-deploy`, which some versions of the Serverless
    Framework's plugin obey, is accepted, too.

    ## Options

    - `sdk`: where the project wants its SDK. `"layer"`, the default; `"package"`: each function brings its
      own, so that the rule reports nothing; `"runtime"`: the runtime's copy is good enough, so that LMB405
      reports nothing, and this rule advises to drop the requirement.

    ## Known limits

    What a build does that no file of the project shows, is not known. What other libraries bring along, such
    as `botocore` by `aws-xray-sdk`, is not reported. The size is an estimate from current versions, unless an
    earlier build left its result in the project.

    There is no fix where something else uses the requirements file as well, a tool has made it, or it holds
    hashes, constraints or other options; where what stays in the package needs the SDK, so that it would be in
    it again; where the functions have different runtimes or five layers; and for templates in JSON and other
    formats. What developers and tests install from the function's file, they must then take from the layer's.
    """

    meta = RuleMeta(
        code="LMB401",
        name="sdk-in-package",
        family=Family.PACKAGING,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Reports the AWS SDK in the requirements that are installed into a function's own package.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    class Options(RuleDefinition.Options, frozen=True, forbid_unknown_fields=True, rename="kebab"):
        """Where the project wants its SDK."""

        sdk: Literal["layer", "package", "runtime"] = "layer"

    options: Options

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each file that asks for the SDK."""
        if self.options.sdk == "package":
            return
        found: list[tuple[FunctionPackage, Distribution]] = []
        for package in shipped.judged(packages):
            asked = _asked(package)
            # The parts of the SDK belong together: what holds for one of them holds for all.
            explained = {one.span.path for one in asked if is_explained(one.requirement)}
            found += (
                (package, one)
                for one in asked
                if one.span.path not in explained
                and shipped.in_layers(package, one.name) is None
                and (self.options.sdk != "runtime" or one.name in package.runtime)
            )
        for distributions, concerned in shipped.by_manifest(found):
            names = [one.name for one in distributions]
            size, measured = libraries.weight(concerned[0].package, names)
            told = libraries.size_text(size, measured=measured)
            yield self.report(
                f"packs {shipped.named(distributions)} into the function's package, {told}",
                distributions[0].span,
                _ADVICE[self.options.sdk],
                concerned,
                confidence=shipped.certainty(concerned),
            )

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Move the SDK into a layer of the SAM template, or all requirements into the layer of the plugin."""
        if self.options.sdk != "layer":
            return None
        from lambdalint.rules.fixes.layer import Place, to_layer

        packages = tuple(project.packages[name] for name in finding.functions if name in project.packages)
        path = finding.span.path
        asked = frozenset(one.name for each in packages for one in _asked(each) if one.span.path == path)
        return to_layer([Place(path, asked, packages)], project, "sdk") if asked else None


def _asked(package: FunctionPackage) -> list[Distribution]:
    """Return the parts of the SDK that the build of *package* is asked for."""
    rows = shipped.sdk()
    return [one for one in package.package.distributions if one.name in rows and one.provenance is Provenance.REQUIRED]


_ADVICE = {
    "layer": (
        "move it into a layer, which pins the SDK without packing it into every function (AWS advises against "
        "relying on the runtime's copy, which changes); or say in a comment behind the pin why it is here"
    ),
    "runtime": "remove it from the requirements, as the runtime brings it and this project takes the SDK from there",
}
