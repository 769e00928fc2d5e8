"""LMB403 heavy-library-in-package."""

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


class HeavyLibraryInPackage(ProjectRule):
    """Reports a large library in the package of a single function.

    ## What it does

    Reports a requirement, or a vendored folder, of a zip function that takes more than `max-mb` with all that it
    brings along. What several functions pack is LMB408, the AWS SDK is LMB401.

    ## Why it fails on Lambda

    Package and layers may have 250 MiB together, unpacked, and a package that is uploaded directly 50 MiB as
    a zip file. One such library takes a large part of it, is uploaded again with every change of a line, and
    one more of its kind ends in a refused deployment. A layer does not raise the limit, but is uploaded only
    when the library changes; an image may have 10 GiB.

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
    pandas==2.3.3
    ```

    ## Use instead

    A layer with the library; many have been published, such as AWS SDK for pandas.

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
            - !Sub arn:aws:lambda:${AWS::Region}:336392948345:layer:AWSSDKPandas-Python313:3
    ```

    ```python
    # src/app.py
    def handler(event, context):
        return "done"
    ```

    ## Options

    - `max-mb`: the size, in MiB, from which on a library is reported. The default is 50.

    ## Known limits

    The sizes are those of current versions for x86_64, or of the files that are there. A library of unknown
    size is not reported.
    """

    meta = RuleMeta(
        code="LMB403",
        name="heavy-library-in-package",
        family=Family.PACKAGING,
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        summary="Reports a large library in the package of a single function.",
        since="0.1.0",
    )

    class Options(RuleDefinition.Options, frozen=True, forbid_unknown_fields=True, rename="kebab"):
        """From which size on a library is reported."""

        max_mb: Annotated[float, msgspec.Meta(gt=0)] = 50.0

    options: Options

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each library."""
        for library in libraries.libraries(packages, self.options.max_mb):
            if library.bundles > 1 and self._is_told_by_lmb408(library):
                continue
            yield self.report(
                f"packs {library.distribution.name} into the function's package, {library.size}{_share(library)}",
                library.distribution.span,
                "move it to a layer, which is uploaded only when the library changes, or deploy an image",
                library.owners,
                confidence=shipped.certainty(library.owners),
            )

    def _is_told_by_lmb408(self, library: libraries.Library) -> bool:
        least = self.settings.get("LMB408", {}).get("max-mb", 0)
        return "LMB408" in self.selected and isinstance(least, (int, float)) and library.mb > least


def _share(library: libraries.Library) -> str:
    owner = library.owners[0]
    limit = None if owner.function.build.zipped else owner.limit_mb
    return f", of the {limit:.0f} MiB that package and layers may have" if limit else ""
