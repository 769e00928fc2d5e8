"""LMB406 package-over-limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, Label, RuleMeta, Severity
from lambdalint.rules import libraries, shipped
from lambdalint.rules.project_rule import ProjectRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Finding, ForeignImport, FunctionPackage

_ESTIMATE_MARGIN = 1.2
"""An estimate this far above the limit is trusted."""
_NAMED_MB = 10.0
_MOST_NAMED = 6


class PackageOverLimit(ProjectRule):
    """Reports a function whose code, libraries and layers are larger together than the platform allows.

    ## What it does

    Adds up the project's own files, the requirements with all that they bring along, vendored folders, and the
    layers of a function, and reports a sum over the limit: 250 MiB unpacked for package and layers, 10 GiB for an
    image. Sizes are those of the files that are there, else those of current versions for
    x86_64; what has no known size counts nothing, so that the sum is a lower bound.

    ## Why it fails on Lambda

    The deployment is refused: `Unzipped size must be smaller than 262144000 bytes`.

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
    pyarrow==21.0.0
    scikit-learn==1.7.2
    ```

    ## Use instead

    An image, which may have 10 GiB, or fewer libraries. A layer does not help: it counts, too.

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Metadata:
          Dockerfile: Dockerfile
          DockerContext: src
        Properties:
          PackageType: Image
    ```

    ## Options

    None.

    ## Known limits

    Where sizes are estimates, the confidence is medium, and low for a sum that is less than a fifth over the
    limit, or where the build strips what it packs. Of a library that is pinned to another major version than
    the one that was measured, half counts for that. Libraries that are unpacked into `/tmp` at run time
    (`zip: true` of the Serverless Framework's plugin) are not added up. Platforms without layers are left
    out: Vercel installs what is too large when a function starts.
    """

    meta = RuleMeta(
        code="LMB406",
        name="package-over-limit",
        family=Family.PACKAGING,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a function whose code, libraries and layers are larger together than the platform allows.",
        since="0.1.0",
    )

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding for each function that is too large."""
        for package in sorted(packages.values(), key=lambda one: (one.function.source, one.function.name)):
            limit = package.limit_mb
            applies = package.takes_layers or package.function.room.package_type == "image"
            if limit is None or not applies or package.function.build.zipped:
                continue
            held = [package.package, *(one.contents for one in package.layers)]
            sized = [one for contents in held for one in contents.distributions if one.mb is not None]
            own = sum(contents.own_mb for contents in held)
            total = own + sum(one.mb or 0.0 for one in sized)
            least = own + sum(map(libraries.trusted_mb, sized))
            if total <= limit:
                continue
            measured = all(one.measured for one in sized)
            room = "an image" if package.function.room.package_type == "image" else "package and layers"
            heaviest = sorted(sized, key=lambda one: (-(one.mb or 0.0), one.name))[:_MOST_NAMED]
            yield self.report(
                f"ships {'' if measured else 'about '}{total:.0f} MiB unpacked"
                f"{'' if measured else ' (estimated)'}, over the limit of {limit:.0f} MiB for {room}: "
                f"{_parts(package)}",
                package.function.source,
                "leave out what the function does not import, or deploy an image, which may have 10 GiB"
                if room != "an image"
                else "leave out what the function does not import",
                [package],
                labels=[Label(one.span, libraries.size_label(one)) for one in heaviest if (one.mb or 0.0) >= _NAMED_MB],
                confidence=self._certainty(package, least / limit, measured=measured),
            )

    @staticmethod
    def _certainty(package: FunctionPackage, share: float, *, measured: bool) -> Confidence:
        build = shipped.certainty([package])
        if measured:
            return build
        if share < _ESTIMATE_MARGIN or package.package.slimmed:
            return Confidence.LOW
        return max(Confidence.MEDIUM, build, key=lambda one: one.rank)


def _parts(package: FunctionPackage) -> str:
    """Return what the sum is made of, the largest first: "pyarrow 163, numpy 55, own files 3"."""
    held = [package.package, *(one.contents for one in package.layers)]
    parts = {one.name: one.mb for contents in held for one in contents.distributions if one.mb is not None}
    parts["own files"] = sum(contents.own_mb for contents in held)
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMED]
    return ", ".join(f"{name} {mb:.0f}" for name, mb in ordered if round(mb) > 0)
