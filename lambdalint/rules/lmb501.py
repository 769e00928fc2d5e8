"""LMB501 ephemeral-storage-out-of-range."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from lambdalint import catalogue
from lambdalint.model import Confidence, Edit, Family, Fix, Label, RuleMeta, Safety, Severity
from lambdalint.rules.template_rule import TemplateRule
from lambdalint.rules.template_value import leaves_open, number_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdalint.catalogue import Catalogue
    from lambdalint.model import Finding, Function, Span
    from lambdalint.rules.template_rule import Declared
    from lambdalint.rules.template_value import Written
    from lambdalint.syntax.project import Project

_NEGOTIABLE = frozenset({"genezio"})
"""Platforms that give more than the largest size to those who ask, and name no smallest one but the default."""


class _Breach(msgspec.Struct, frozen=True, order=True):
    """A size, in MB, that lies beyond the bound of a platform, or of a variant of it."""

    size: int
    bound: int
    platform: str
    title: str
    variant: str = ""


class EphemeralStorageOutOfRange(TemplateRule):
    """Reports a size of `/tmp` that the platform does not take.

    ## What it does

    Compares the size of `/tmp` that a template states with what its platform takes: 512 to 10,240 MB on AWS
    Lambda, at most 512 MB there with SnapStart, 128 to 512 MB on Genezio, which gives more on request. A
    setting that several functions share is reported once. What no template states is not judged.

    The fix, an unsafe one, writes the nearest size that is taken. There is none where the number does not stand
    at the setting itself: behind a reference, in a parameter's default, in an anchor.

    ## Why it fails on Lambda

    AWS refuses the deployment: the value of `ephemeralStorage.size` fails to satisfy its constraint, or
    SnapStart does not go with a `/tmp` that is larger than 512 MB. Often nothing looks at the number before, so
    that the mistake shows only once the package has been built and uploaded.

    ## Example

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          EphemeralStorage:
            Size: 20480
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    ## Use instead

    ```yaml
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: .
          Handler: app.handler
          Runtime: python3.13
          EphemeralStorage:
            Size: 10240
    ```

    ```python
    def handler(event, context):
        return "done"
    ```

    What is larger belongs on a file system that the function mounts, or is streamed.

    ## Options

    None.

    ## Known limits

    The default of a parameter, and what a condition chooses, may be overridden in a deployment: such findings
    have medium confidence. So have those on Genezio, which are warnings: its documents give 128 MB as the
    default, 512 MB as the largest size that is given without asking, and no smallest one. Functions of
    lambdalint's own configuration are not judged.
    """

    meta = RuleMeta(
        code="LMB501",
        name="ephemeral-storage-out-of-range",
        family=Family.CONFIGURATION,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Reports a size of `/tmp` that the platform does not take.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def judge(self, declared: Declared) -> Iterator[Finding]:
        """Yield one finding for each place that states such a size."""
        open_at = partial(leaves_open, text_of=declared.text_of)
        places: defaultdict[tuple[Span, _Breach], list[tuple[Function, Written]]] = defaultdict(list)
        for function in declared.functions:
            span, breach = function.room.span_of("tmp_mb"), _breach(function, declared.catalogue)
            if span is not None and breach is not None:
                written = number_written(span, breach.size, declared.text_of)
                places[written.span, breach].append((function, written))
        for (span, breach), concerned in sorted(places.items(), key=lambda item: item[0]):
            switches = _switches(breach, concerned)
            sure = max((written.confidence for _, written in concerned), key=lambda one: one.rank)
            negotiable = breach.platform in _NEGOTIABLE
            yield self.finding_on(
                _headline(breach),
                span,
                _advice(breach),
                [function for function, _ in concerned],
                severity=Severity.WARNING if negotiable else None,
                confidence=Confidence.MEDIUM if negotiable or any(map(open_at, switches)) else sure,
                labels=[Label(switch, f"{breach.variant} is asked for here") for switch in switches],
            )

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Write the nearest size that is taken, where that is right for all functions that share the number."""
        sharing = [one for one in project.functions.values() if one.room.span_of("tmp_mb") == finding.span]
        breaches = {_breach(one, catalogue.load()) for one in sharing}
        breach = next(iter(breaches), None)
        if len(breaches) != 1 or breach is None:
            return None
        written = number_written(finding.span, breach.size, project.text_of)
        amount, rest = divmod(breach.bound, written.unit)
        if written.span != finding.span or written.value is None or not written.editable or rest:
            return None
        return Fix(f"Set {breach.bound:,} MB", (Edit(written.value, str(amount)),), Safety.UNSAFE)


def _breach(function: Function, rows: Catalogue) -> _Breach | None:
    room = function.room
    size, platform = room.tmp_mb, rows.platforms.get(room.platform)
    if size is None or platform is None or function.declared_by == "configuration":
        return None
    variants = [one for one in platform.variant if one.name in room.variants]
    limits = [(platform.tmp_mb_max, ""), *((one.tmp_mb_max, one.title) for one in variants)]
    most, variant = min(((limit, name) for limit, name in limits if limit is not None), default=(size, ""))
    if size > most:
        return _Breach(size, most, platform.name, platform.title, variant)
    if platform.tmp_mb_min is not None and size < platform.tmp_mb_min:
        return _Breach(size, platform.tmp_mb_min, platform.name, platform.title)
    return None


def _headline(breach: _Breach) -> str:
    asked = f"states a /tmp of {breach.size:,} MB"
    if breach.variant:
        return f"{asked}, but with {breach.variant} it has at most {breach.bound:,} MB"
    less = breach.size < breach.bound
    if breach.platform in _NEGOTIABLE:
        given = "by default" if less else "at most, unless it is asked for more"
        return f"{asked}, {'less' if less else 'more'} than the {breach.bound:,} MB that {breach.title} gives {given}"
    end = "less than the smallest" if less else "more than the largest"
    return f"{asked}, {end} that {breach.title} takes, {breach.bound:,} MB"


def _advice(breach: _Breach) -> str:
    if breach.variant:
        return f"set {breach.bound:,} MB, or do without {breach.variant}"
    if breach.size < breach.bound:
        return f"set at least {breach.bound:,} MB"
    if breach.platform in _NEGOTIABLE:
        return f"set at most {breach.bound:,} MB, or arrange with {breach.title} to get more"
    return f"set at most {breach.bound:,} MB; mount a file system for what is larger, or stream it"


def _switches(breach: _Breach, concerned: Sequence[tuple[Function, Written]]) -> list[Span]:
    """Return where the variant is asked for that sets the bound."""
    asked = {function.room.span_of("snap_start") for function, _ in concerned} if breach.variant else set()
    return sorted(span for span in asked if span is not None)
