"""LMB509 mount-conflict."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from lambdalint.model import Confidence, Family, Label, RuleMeta, Severity
from lambdalint.rules.lmb502 import KINDS
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import leaves_open
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Function, Mount, Span
    from lambdalint.rules.template_rule import Declared

_PLATFORM = "aws-lambda"


class _Conflict(msgspec.Struct, frozen=True, order=True):
    """What is mounted at ``span`` and does not go with ``other``, stated at ``against``."""

    span: Span
    kind: str
    path: str
    other: str
    against: Span


class MountConflict(TemplateRule):
    """Reports a mounted file system that does not go with another setting of the function.

    ## What it does

    Reports a function that mounts file systems of both EFS and S3 Files, and one that mounts EFS and asks for
    SnapStart. That SnapStart limits the size of `/tmp` is LMB501.

    ## Why it fails on Lambda

    A function may use EFS or S3 Files, not both at the same time. SnapStart resumes from a snapshot of memory
    and disk, and does not support EFS. Either way the deployment is refused.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Search:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          AutoPublishAlias: live
          SnapStart:
            ApplyOn: PublishedVersions
          VpcConfig:
            SubnetIds: [subnet-0123456789abcdef0]
            SecurityGroupIds: [sg-0123456789abcdef0]
          FileSystemConfigs:
            - Arn: arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0
              LocalMountPath: /mnt/index
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Search:
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
              LocalMountPath: /mnt/index
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Options

    None.

    ## Known limits

    An access point counts as one of EFS unless its ARN, or the resource that it is taken from, shows S3 Files.
    SnapStart with S3 Files and SnapStart with a container image are not judged: the first is not verified, and
    the second is supported since 2026. There is no fix: which of the two goes is for a person to say. Functions
    of lambdalint's own configuration are not judged.
    """

    meta = RuleMeta(
        code="LMB509",
        name="mount-conflict",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a mounted file system that does not go with another setting of the function.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each mount that does not go with something else."""
        places: defaultdict[_Conflict, list[Function]] = defaultdict(list)
        for function in declared.functions:
            if function.room.platform == _PLATFORM and function.declared_by != "configuration":
                for conflict in _conflicts(function, declared):
                    places[conflict].append(function)
        for conflict, concerned in sorted(places.items(), key=lambda item: item[0]):
            yield self.finding_on(
                f"mounts {KINDS[conflict.kind]} at {shown(conflict.path)}, which does not go with {conflict.other}",
                conflict.span,
                f"do without one of the two: {KINDS[conflict.kind]} or {conflict.other}",
                concerned,
                confidence=Confidence.MEDIUM if leaves_open(conflict.against, declared.text_of) else None,
                labels=[Label(conflict.against, f"{conflict.other} is asked for here")],
            )


def _conflicts(function: Function, declared: Declared) -> Iterator[_Conflict]:
    first: Mount | None = None
    for mount in function.room.mounts:
        if mount.span is None or mount.kind not in KINDS:
            continue
        for variant in declared.variants(function.room):
            if mount.kind in variant.excludes:
                against = function.room.span_of("snap_start") or function.source
                yield _Conflict(mount.span, mount.kind, mount.path, variant.title, against)
        if first is None:
            first = mount
        elif first.kind != mount.kind and first.span is not None:
            yield _Conflict(mount.span, mount.kind, mount.path, KINDS[first.kind], first.span)
