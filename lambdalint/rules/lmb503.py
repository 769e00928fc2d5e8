"""LMB503 mount-path-outside-mnt."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Safety, Severity
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import text_written
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Fix, Function, Span
    from lambdalint.rules.template_rule import Declared
    from lambdalint.rules.template_value import Written
    from lambdalint.syntax.project import Project

_PLATFORM = "aws-lambda"
_TAKEN = re.compile(r"/mnt/[a-zA-Z0-9_.-]+")
_LONGEST = 160
"""What Lambda takes: https://docs.aws.amazon.com/lambda/latest/api/API_FileSystemConfig.html"""

_UNRESOLVED = "${"


class MountPathOutsideMnt(TemplateRule):
    """Reports a file system that is mounted at another path than `/mnt/<name>`.

    ## What it does

    Reports a mount path that Lambda does not take. It takes `/mnt/` and one name of letters, digits, hyphens,
    underscores and dots, of at most 160 characters in all. A folder in a folder, `/mnt/shared/models`, is
    refused like one elsewhere.

    The fix, an unsafe one, mounts the file system at `/mnt/` and the last part of the path. There is none where
    the code, an environment variable or another file of the project mentions the path or a folder above it, nor
    where the path does not stand at the setting itself.

    ## Why it fails on Lambda

    The deployment is refused: `Value at 'fileSystemConfigs.1.member.localMountPath' failed to satisfy
    constraint: Member must satisfy regular expression pattern: ^/mnt/[a-zA-Z0-9-_.]+$`.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Predict:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          VpcConfig:
            SubnetIds: [subnet-0123456789abcdef0]
            SecurityGroupIds: [sg-0123456789abcdef0]
          FileSystemConfigs:
            - Arn: arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0
              LocalMountPath: /data/models
    ```

    ```python
    def handler(event, context):
        with open("/data/models/weights.bin", "rb") as weights:
            return len(weights.read())
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Predict:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          VpcConfig:
            SubnetIds: [subnet-0123456789abcdef0]
            SecurityGroupIds: [sg-0123456789abcdef0]
          FileSystemConfigs:
            - Arn: arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0
              LocalMountPath: /mnt/models
    ```

    ```python
    def handler(event, context):
        with open("/mnt/models/weights.bin", "rb") as weights:
            return len(weights.read())
    ```

    ## Options

    None.

    ## Known limits

    The default of a parameter may be overridden in a deployment: such findings have medium confidence. A path
    of unknown value is not judged, nor are functions of lambdalint's own configuration.
    """

    meta = RuleMeta(
        code="LMB503",
        name="mount-path-outside-mnt",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a file system that is mounted at another path than `/mnt/<name>`.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that states such a path."""
        places: defaultdict[tuple[Span, str], list[tuple[Function, Written]]] = defaultdict(list)
        for function in declared.functions:
            if function.room.platform != _PLATFORM or function.declared_by == "configuration":
                continue
            for mount in function.room.mounts:
                if mount.span is not None and _UNRESOLVED not in mount.path and not _is_taken(mount.path):
                    written = text_written(mount.span, mount.path, declared.text_of)
                    places[written.span, mount.path].append((function, written))
        for (span, path), concerned in sorted(places.items(), key=lambda item: item[0]):
            yield self.finding_on(
                f"mounts a file system at {shown(path) or 'an empty path'}, {_reason(path)}",
                span,
                f"mount it at {_nearest(path) or '/mnt/<name>'}, and use that path in the code",
                [function for function, _ in concerned],
                confidence=max((written.confidence for _, written in concerned), key=lambda sure: sure.rank),
            )

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Mount the file system below ``/mnt``, where nothing mentions the path that it is mounted at now."""
        from lambdalint.rules.fixes.mount_path import moved

        mounts = [one for function in project.functions.values() for one in function.room.mounts]
        path = next((one.path for one in mounts if one.span == finding.span), None)
        nearest = _nearest(path) if path is not None else None
        return moved(finding.span, path, nearest, project) if path is not None and nearest is not None else None


def _is_taken(path: str) -> bool:
    return len(path) <= _LONGEST and _TAKEN.fullmatch(path) is not None


def _reason(path: str) -> str:
    """Return what is wrong with *path*."""
    if len(path) > _LONGEST:
        return f"which is longer than {_LONGEST} characters"
    name = path.removeprefix("/mnt/")
    if name == path or not name:
        return "but Lambda takes only /mnt/<name>"
    if "/" in name:
        return "but Lambda takes a single name behind /mnt/"
    return "but the name behind /mnt/ may only have letters, digits, hyphens, underscores and dots"


def _nearest(path: str) -> str | None:
    """Return the path below ``/mnt`` with the last part of *path*, if that is one that Lambda takes."""
    name = path.rstrip("/").rpartition("/")[2]
    found = f"/mnt/{name}"
    return found if _is_taken(found) and name.strip(".") and path.strip("/") != "mnt" else None
