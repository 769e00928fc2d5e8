"""LMB408 shared-library-not-in-layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from lambdalint.model import Confidence, Family, RuleMeta, Safety, Severity
from lambdalint.rules import libraries, shipped
from lambdalint.rules.definition import RuleDefinition
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Finding, Fix, ForeignImport, FunctionPackage
    from lambdalint.rules.libraries import Library
    from lambdalint.syntax.project import Project


class SharedLibraryNotInLayer(ProjectRule):
    """Reports a large library that two or more functions pack, each a copy of its own.

    ## What it does

    Reports a requirement, or a vendored folder, that takes more than `max-mb` with all that it brings along and
    is packed into at least two zip functions of the project. Each place that asks for it is reported. The AWS
    SDK is LMB401.

    The fix moves the requirement out of all files of one SAM template that ask for the same version, into the
    `requirements.txt` of a layer: one that the functions have already, or a new one. With the Serverless
    Framework's plugin it sets `custom.pythonRequirements.layer`, which moves all requirements of the service.

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

    There is no fix where versions differ, for vendored folders, and where LMB401 has none: what else uses the
    requirements file or needs the library must be looked at by hand. So must what would be left as the only copy.
    """

    meta = RuleMeta(
        code="LMB408",
        name="shared-library-not-in-layer",
        family=Family.PACKAGING,
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        summary="Reports a large library that two or more functions pack, each a copy of its own.",
        since="0.1.0",
        fix=Safety.UNSAFE,
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

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Move the library into a layer, where at least two functions of one template will share it."""
        from lambdalint.rules.fixes.layer import Place, is_alike, movable, to_layer

        every = list(libraries.libraries(project.packages, self.options.max_mb))
        here = next((one for one in every if one.distribution.span == finding.span), None)
        if here is None or here.distribution.requirement is None:
            return None
        name, wanted = here.distribution.name, here.distribution.requirement
        places, elsewhere = [], 0
        for one in (one for one in every if one.distribution.name == name):
            asked = one.distribution.requirement
            beside = _templates(one) == _templates(here)
            if beside and (asked is None or not is_alike(asked, wanted)):
                return None
            place = Place(one.distribution.span.path, frozenset([name]), tuple(one.owners))
            if one is here or (beside and movable(place, project)):
                places.append(place)
            else:
                elsewhere += len(one.owners)
        # A single function that keeps its copy would have a finding of LMB403 instead.
        shared = sum(len(place.packages) for place in places) > 1 and elsewhere != 1
        return to_layer(places, project, "libraries") if shared else None


def _templates(library: Library) -> set[str]:
    return {one.function.source.path for one in library.owners}
