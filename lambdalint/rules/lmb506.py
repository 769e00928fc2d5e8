"""LMB506 tmp-in-image."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from lambdalint.deployment.dockerfile_syntax import instructions
from lambdalint.model import Base, Confidence, Family, RuleMeta, Severity
from lambdalint.rules.image_caches import dockerfile_of, filled_caches
from lambdalint.rules.image_losses import TMP, is_made_empty, loss_of
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.deployment.dockerfile_syntax import Instruction
    from lambdalint.model import Effect, Finding, Span
    from lambdalint.rules.image_losses import Loss
    from lambdalint.rules.template_rule import Declared

_PLATFORM = "aws-lambda"
_MOST_LABELS = 4
_MOST_INSTRUCTIONS = 2_000


class TmpInImage(TemplateRule):
    """Reports files that a Dockerfile puts into `/tmp`, where the function does not find them.

    ## What it does

    Reports instructions of a Dockerfile (`COPY`, `ADD`, and `RUN` with well-known programs) that leave
    files below `/tmp` in the image of a function of AWS Lambda: an error where the function's code is
    seen to need them, else a warning. Files that a later instruction mentions or removes are the build's
    own, such as a `requirements.txt` that is installed from, and are not reported. Neither are those that
    the code itself makes anew.

    ## Why it fails on Lambda

    Lambda mounts an empty file system on `/tmp` in each execution environment. It hides what the image
    has there, so that the file is found when the image is tested with `docker run`, and is missing after
    the deployment: `FileNotFoundError: [Errno 2] No such file or directory`. A library whose cache was
    filled in the image downloads it all again.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Classify:
        Type: AWS::Serverless::Function
        Properties:
          PackageType: Image
        Metadata:
          DockerContext: .
          Dockerfile: classify.Dockerfile
    ```

    ```text
    # classify.Dockerfile
    FROM public.ecr.aws/lambda/python:3.13
    COPY labels.json /tmp/labels.json
    COPY app.py ${LAMBDA_TASK_ROOT}
    CMD ["app.handler"]
    ```

    ```python
    import json

    with open("/tmp/labels.json") as source:
        LABELS = json.load(source)


    def handler(event, context):
        return LABELS[event["label"]]
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Classify:
        Type: AWS::Serverless::Function
        Properties:
          PackageType: Image
        Metadata:
          DockerContext: .
          Dockerfile: classify.Dockerfile
    ```

    ```text
    # classify.Dockerfile
    FROM public.ecr.aws/lambda/python:3.13
    COPY labels.json /opt/labels.json
    COPY app.py ${LAMBDA_TASK_ROOT}
    CMD ["app.handler"]
    ```

    ```python
    import json

    with open("/opt/labels.json") as source:
        LABELS = json.load(source)


    def handler(event, context):
        return LABELS[event["label"]]
    ```

    What the code changes is copied to `/tmp` when the function starts.

    ## Options

    None.

    ## Known limits

    What a program of the build writes by itself is known of Python code that downloads models, where a
    variable of the Dockerfile (`HF_HOME`, `TORCH_HOME`, `NLTK_DATA`) names a folder below `/tmp`. A
    folder that `RUN mkdir` makes, and a log, are reported with low confidence where nothing is seen to
    need them; a file that any later instruction mentions is not reported, even if the code needs it as
    well. There is no fix: the code and the Dockerfile change together.
    """

    meta = RuleMeta(
        code="LMB506",
        name="tmp-in-image",
        family=Family.CONFIGURATION,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        summary="Reports files that a Dockerfile puts into `/tmp`, where the function does not find them.",
        since="0.1.0",
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each instruction that leaves such files."""

        @cache
        def read(path: str) -> Mapping[int, Instruction]:
            found = instructions(declared.text_of(path) or "")
            return {one.line: one for one in islice(found, _MOST_INSTRUCTIONS)}

        done: defaultdict[str, list[Effect]] = defaultdict(list)
        for effect in declared.effects:
            if effect.place.base is Base.TMP:
                done[effect.entry.function].append(effect)
        losses: defaultdict[Span, list[Loss]] = defaultdict(list)
        for function in declared.functions:
            if function.room.platform != _PLATFORM:
                continue
            files = [
                (file, is_made_empty(file, read(file.span.path).get(file.span.line))) for file in function.image_files
            ]
            dockerfile = dockerfile_of(function)
            if dockerfile is not None:
                content = read(dockerfile).values()
                files += [(file, False) for file in filled_caches(dockerfile, content, declared)]
            for file, is_empty in files:
                loss = loss_of(function, file, done[function.name], is_empty=is_empty)
                if loss is not None:
                    losses[file.span].append(loss)
        for span, found in losses.items():
            yield self._finding(span, found)

    def _finding(self, span: Span, losses: Sequence[Loss]) -> Finding:
        worst = min(loss.rank for loss in losses)
        chosen = [loss for loss in losses if loss.rank == worst]
        leader = chosen[0]
        labels = dict.fromkeys(label for loss in chosen for label in loss.labels)
        return self.finding_on(
            f"{_deed(chosen)}, {leader.reason}: Lambda mounts an empty /tmp over the image's",
            span,
            leader.advice,
            [loss.function for loss in losses],
            severity=leader.severity,
            confidence=leader.confidence,
            labels=[label for label in labels if label.span != span][:_MOST_LABELS],
        )


def _deed(losses: Sequence[Loss]) -> str:
    """Return what the instruction does: "puts /tmp/a and /tmp/b into the image"."""
    if any(loss.file.path == TMP for loss in losses):
        return "puts files into /tmp of the image"
    paths = joined(list(dict.fromkeys(shown(loss.file.path) for loss in losses)))
    return f"makes {paths} in the image" if losses[0].is_empty else f"puts {paths} into the image"
