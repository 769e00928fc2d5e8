"""LMB502 mount-without-vpc."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from lambdalint.model import Confidence, Family, RuleMeta, Severity
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import leaves_open
from lambdalint.rules.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.model import Finding, Function, Span
    from lambdalint.rules.template_rule import Declared

KINDS = {"efs": "EFS", "s3files": "S3 Files"}
_PLATFORM = "aws-lambda"
_BRINGS_NETWORK = "managed-instances"
"""The variant whose functions run in the network of their capacity provider."""

_FINDS_NETWORK = re.compile(r"\bserverless-[\w-]*vpc[\w-]*")
"""Plugins of the Serverless Framework that connect all functions of a service."""


class MountWithoutVpc(TemplateRule):
    """Reports a file system that is mounted by a function outside of its network.

    ## What it does

    Reports a function that mounts a file system of Amazon EFS or S3 Files, and has no VPC settings: neither its
    own, nor those of `Globals` or of the provider block, nor empty ones. Functions on Lambda Managed Instances
    run in the network of their capacity provider, and need no settings of their own.

    ## Why it fails on Lambda

    A file system is reached through a mount target in a VPC. The deployment is refused where the function is
    not connected to that VPC.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Index:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
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
      Index:
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

    Whether the network is that of the mount target, and lets NFS pass, is not judged. Settings that turn out
    empty by a parameter or a variable are others in a deployment: such findings have low confidence, and are
    not shown. Nothing is reported where VPC settings are not known, or a plugin of the Serverless Framework
    sets them, and of functions of lambdalint's own configuration. There is no fix: which network it is stands
    nowhere.
    """

    meta = RuleMeta(
        code="LMB502",
        name="mount-without-vpc",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a file system that is mounted by a function outside of its network.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that mounts a file system so."""
        places: defaultdict[tuple[Span, str, str], list[Function]] = defaultdict(list)
        for function in declared.functions:
            room = function.room
            if room.platform != _PLATFORM or room.vpc is not False or _BRINGS_NETWORK in room.variants:
                continue
            mount = next((one for one in room.mounts if one.span is not None and one.kind in KINDS), None)
            if mount is not None and mount.span is not None and _shows_network(function, declared):
                places[mount.span, mount.path, mount.kind].append(function)
        for (span, path, kind), concerned in sorted(places.items(), key=lambda item: item[0]):
            stated = [one for function in concerned if (one := function.room.span_of("vpc")) is not None]
            is_open = any(leaves_open(one, declared.text_of) for one in stated)
            yield self.finding_on(
                f"mounts a file system ({KINDS[kind]}) at {shown(path)}, but has no VPC settings to reach it through",
                span,
                "give the function the subnets and a security group of the file system's mount targets",
                concerned,
                confidence=Confidence.LOW if is_open else None,
            )


def _shows_network(function: Function, declared: Declared) -> bool:
    """Tell whether what declares *function* would show the network that it is connected to."""
    if function.declared_by == "serverless":
        return _FINDS_NETWORK.search(declared.text_of(function.source.path) or "") is None
    return function.declared_by != "configuration"
