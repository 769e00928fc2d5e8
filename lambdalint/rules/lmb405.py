"""LMB405 unpinned-runtime-sdk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules import shipped
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Finding, ForeignImport, FunctionPackage, Span


class UnpinnedRuntimeSdk(ProjectRule):
    """Reports an import of the AWS SDK that only the runtime can answer, in a version that nobody chose.

    ## What it does

    Reports the first import of `boto3` or `botocore` in the code of a zip function whose package and layers are
    known and hold no SDK. One finding stands for all functions that reach the SDK through the same statement.
    Code that stands inside a template is left out: it has no package, and the runtime's SDK is there for it.

    ## Why it fails on Lambda

    The runtime's SDK has the version of the day: it differs between regions and runtimes, and changes under a
    function that nobody deploys. A parameter or a service that is newer than it fails with `ParamValidationError`
    or `UnknownServiceError`, although it works on the developer's machine; a change of behaviour arrives unasked.
    AWS recommends to bring the SDK along, and a layer pins it without packing it into every function.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src
    ```

    ```python
    # src/app.py
    import boto3


    def handler(event, context):
        boto3.resource("dynamodb").Table("orders").put_item(Item=event)
    ```

    ## Use instead

    A layer whose `requirements.txt` holds the SDK that was tested.

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Sdk:
        Type: AWS::Serverless::LayerVersion
        Metadata:
          BuildMethod: python3.13
        Properties:
          ContentUri: layers/sdk
      Orders:
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
    import boto3


    def handler(event, context):
        boto3.resource("dynamodb").Table("orders").put_item(Item=event)
    ```

    ## Options

    None.

    ## Known limits

    With `sdk = "runtime"` of LMB401 nothing is reported. A function with a layer of unknown content, or with
    a build that is not understood, is left out.
    """

    meta = RuleMeta(
        code="LMB405",
        name="unpinned-runtime-sdk",
        family=Family.PACKAGING,
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        summary="Reports an import of the AWS SDK that only the runtime can answer, in a version that nobody chose.",
        since="0.1.0",
    )

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each import statement."""
        if shipped.sdk_choice(self.settings) == "runtime":
            return
        reached: defaultdict[str, list[ForeignImport]] = defaultdict(list)
        for one in imports:
            if one.function in packages and not one.guarded:
                reached[one.function].append(one)
        places: defaultdict[Span, list[ForeignImport]] = defaultdict(list)
        for function, found in reached.items():
            package = packages[function]
            of_sdk = [
                one
                for one in found
                if shipped.is_of_runtime(package, one.module) and shipped.lies_in(package, one.span.path)
            ]
            # Where something else is imported that nothing known brings, something unknown does.
            if of_sdk and all(shipped.provides(package, one.module) for one in found):
                first = min(of_sdk, key=lambda one: (not shipped.is_in_handler(package, one.span.path), one.span))
                places[first.span].append(first)
        for span, found in sorted(places.items()):
            concerned = [packages[one.function] for one in found]
            module = found[0].module.partition(".")[0]
            yield self.report(
                f"imports {module}, which only the runtime provides, in a version that nobody has chosen",
                span,
                "pin the SDK in a layer, or in the function's requirements with a comment that says why",
                concerned,
                confidence=shipped.certainty(concerned),
            )
