"""LMB402 vendored-sdk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Label, Provenance, RuleMeta, Severity
from lambdalint.rules import libraries, shipped
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Distribution, Finding, ForeignImport, FunctionPackage


class VendoredSdk(ProjectRule):
    """Reports an installed copy of the AWS SDK that lies in the folder of a function's code.

    ## What it does

    Reports folders such as `boto3/` and `botocore/` in the code root of a zip function, with or without the
    `*.dist-info` folder beside them. Copies in a layer's folder are what a layer is for, and are not reported;
    neither is what `.gitignore` leaves out, as it is the result of a build.

    ## Why it fails on Lambda

    A copy in the source is packed with every deployment, takes about 22 MiB of the 250 MiB that package and
    layers may have, and wins over the layers' and the runtime's SDK. No tool updates it, so that it stays at
    its version, with its bugs, and without the services that came later.

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

    ```python
    # src/boto3/__init__.py
    __version__ = "1.34.0"
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
    boto3==1.34.0
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ## Options

    None.

    ## Known limits

    A copy without metadata is known by its name and by the version that it states.
    """

    meta = RuleMeta(
        code="LMB402",
        name="vendored-sdk",
        family=Family.PACKAGING,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Reports an installed copy of the AWS SDK that lies in the folder of a function's code.",
        since="0.1.0",
    )

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each folder that holds copies."""
        rows = shipped.sdk()
        copies: defaultdict[str, dict[str, Distribution]] = defaultdict(dict)
        owners: defaultdict[str, dict[str, FunctionPackage]] = defaultdict(dict)
        for package in shipped.judged(packages):
            for one in package.package.distributions:
                vendored = one.name in rows and one.provenance is Provenance.VENDORED
                if vendored and shipped.in_layers(package, one.name) is None:
                    folder = one.span.path.rpartition("/")[0].rpartition("/")[0]
                    copies[folder][one.name] = one
                    owners[folder][package.function.name] = package
        for folder in sorted(copies):
            concerned = list(owners[folder].values())
            distributions = sorted(copies[folder].values(), key=lambda one: one.span)
            size, measured = libraries.weight(concerned[0].package, copies[folder])
            first, *others = distributions
            copies_of = shipped.named(distributions, versions=True)
            yield self.report(
                f"keeps a copy of {copies_of} in the function's code, {libraries.size_text(size, measured=measured)}",
                first.span,
                "remove the copy, and install the SDK from the requirements of a layer, where its version is seen and "
                "can be raised",
                concerned,
                labels=[Label(one.span, f"a copy of {one.name}") for one in others],
                confidence=shipped.certainty(concerned),
            )
