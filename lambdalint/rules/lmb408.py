"""LMB408 shared-library-not-in-layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules import libraries, shipped
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Finding, ForeignImport, FunctionPackage


class SharedLibraryNotInLayer(ProjectRule):
    """Reports a large library that two or more functions pack, each a copy of its own.

    ## What it does

    Reports a requirement, or a vendored folder, that takes more than `max-mb` with all that it brings along and
    is packed into at least two zip functions of the project. Each place that asks for it is reported. The AWS
    SDK is LMB401.

    ## Why it fails on Lambda

    It runs, but every function stores and uploads the same files, each build installs them again, and versions
    drift apart. A layer is built and stored once, and all functions agree on its version.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.13
        Handler: app.handler
    Resources:
      Import:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: import
      Export:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: export
    ```

    ```text
    # import/requirements.txt
    pandas==2.3.3
    ```

    ```text
    # export/requirements.txt
    pandas==2.3.1
    ```

    ```python
    # import/app.py
    def handler(event, context):
        return "imported"
    ```

    ```python
    # export/app.py
    def handler(event, context):
        return "exported"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.13
        Handler: app.handler
        Layers: [!Ref Tables]
    Resources:
      Tables:
        Type: AWS::Serverless::LayerVersion
        Metadata:
          BuildMethod: python3.13
        Properties:
          ContentUri: layers/tables
      Import:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: import
      Export:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: export
    ```

    ```text
    # layers/tables/requirements.txt
    pandas==2.3.3
    ```

    ```python
    # import/app.py
    def handler(event, context):
        return "imported"
    ```

    ```python
    # export/app.py
    def handler(event, context):
        return "exported"
    ```

    ## Options

    - `max-mb`: the size, in MiB, from which on a library is reported. The default is 20.

    ## Known limits

    The sizes are those of current versions for x86_64, or of the files that are there. Whether the functions
    could agree on one version is not judged.
    """

    meta = RuleMeta(
        code="LMB408",
        name="shared-library-not-in-layer",
        family=Family.PACKAGING,
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        summary="Reports a large library that two or more functions pack, each a copy of its own.",
        since="0.1.0",
    )

    class Options(RuleDefinition.Options, frozen=True, forbid_unknown_fields=True, rename="kebab"):
        """From which size on a library is reported."""

        max_mb: Annotated[float, msgspec.Meta(gt=0)] = 20.0

    options: Options

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each place that asks for such a library."""
        for library in libraries.libraries(packages, self.options.max_mb):
            if library.bundles < 2:
                continue
            name = library.distribution.name
            yield self.report(
                f"packs {name}, {library.size}, of which {library.bundles} functions have a copy each",
                library.distribution.span,
                "move it to a layer that these functions share",
                library.owners,
                labels=library.elsewhere,
                confidence=shipped.certainty(library.owners),
            )
