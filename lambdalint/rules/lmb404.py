"""LMB404 botocore-vendored-import."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdalint.model import Confidence, Family, RuleMeta, Safety, Severity
from lambdalint.rules.import_rule import ImportRule
from lambdalint.rules.import_uses import uses
from lambdalint.rules.vendored_requests import REQUESTS, brings, is_certain, is_left, is_module, still_has_it
from lambdalint.rules.wording import joined, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdalint.model import Finding, Fix, ForeignImport, FunctionPackage, Span
    from lambdalint.rules.import_uses import Uses
    from lambdalint.syntax.project import Project

_VENDORED = "botocore.vendored"
_MOST_IN_A_FILE = 50
"""How many imports of one file are followed to their uses: each is a walk over the file."""
_ADVICE = "add requests to the function's requirements and import that, or use urllib3, which comes with the SDK"
_OF_REQUESTS = "catch the errors of botocore.exceptions instead"
_OF_ANOTHER = "add the library itself to the function's requirements and import that"


class BotocoreVendoredImport(ImportRule):
    """Flags imports of the libraries inside botocore, of which requests is gone.

    ## What it does

    Flags imports of `requests` from `botocore.vendored`, in code that a function reaches, where something is
    used that botocore no longer has there: all but the exceptions.

    The fix imports requests itself, in all imports of the file at once, and adds `requests` to the
    `requirements.txt` of functions that are known to be without it. The version is left to the author.

    ## Why it fails on Lambda

    Botocore once carried a copy of requests, and code on Lambda used it to send requests without a package of
    its own. Since botocore 1.13 (October 2019) only the exceptions of that copy are left. `from
    botocore.vendored import requests` still succeeds, so that an `except ImportError` around it does not help;
    `requests.get` raises `AttributeError`, and `from botocore.vendored.requests import get` raises
    `ImportError`. All runtimes from `python3.8` on have such a botocore. Those of Python 2.7, 3.6 and 3.7
    [keep the copy](https://aws.amazon.com/blogs/compute/upcoming-changes-to-the-python-sdk-in-aws-lambda/),
    so that the code fails when the function moves to a newer runtime.

    ## Example

    ```python
    from botocore.vendored import requests


    def handler(event, context):
        return requests.get("https://shop.example/prices.json", timeout=5).json()
    ```

    ## Use instead

    ```python
    import json

    import urllib3

    http = urllib3.PoolManager()


    def handler(event, context):
        return json.loads(http.request("GET", "https://shop.example/prices.json", timeout=5).data)
    ```

    Or add `requests` to the requirements of the function, or to a layer, and `import requests`.

    ## Options

    None.

    ## Known limits

    What is used is looked for in the file of the import. Imports of what is left, the exceptions and
    `botocore.vendored.six`, work today, but are private to botocore: they are reported with a low confidence,
    which is hidden by default. So is an import that only takes the place of a missing `requests`, unless the
    function is known to be without it. A function that brings its own botocore before 1.13 is left alone, and
    so is `botocore.vendored.requests` without an import of it.

    There is no fix below `try`, for `botocore.vendored.six` and for the exceptions alone; where the name
    `requests` has another meaning in the file; and where the function's requirements are in a file that is not
    a plain `requirements.txt`. Where no requirements are known, only the import is changed.
    """

    meta = RuleMeta(
        code="LMB404",
        name="botocore-vendored-import",
        family=Family.PACKAGING,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        summary="Flags imports of the libraries inside botocore, of which requests is gone.",
        since="0.1.0",
        fix=Safety.UNSAFE,
    )

    def judge(self, packages: Mapping[str, FunctionPackage], imports: Sequence[ForeignImport]) -> Iterator[Finding]:
        """Yield one finding an import statement."""
        statements: defaultdict[Span, list[ForeignImport]] = defaultdict(list)
        for one in imports:
            if one.module == _VENDORED or one.module.startswith(f"{_VENDORED}."):
                statements[one.span].append(one)
        looked_at: Counter[str] = Counter()
        for span, found in sorted(statements.items()):
            looked_at[span.path] += 1
            text = self.text_of(span.path) if looked_at[span.path] <= _MOST_IN_A_FILE else None
            used = uses(text, span) if text is not None else None
            yield from islice(_judged(found, used, packages), 1)

    def mend(self, finding: Finding, project: Project) -> Fix | None:
        """Import requests itself, where the copy lacks what the code uses."""
        if finding.advice != _ADVICE:
            return None
        from lambdalint.rules.fixes.botocore_requests import to_requests

        return to_requests(finding, project)


def _judged(
    found: Sequence[ForeignImport], used: Uses | None, packages: Mapping[str, FunctionPackage]
) -> Iterator[Finding]:
    """Yield what can be said of one statement, the surest first."""
    instead_of = used.instead_of if used is not None else ()
    answers = {name: _certainty(packages.get(name), instead_of) for name in sorted({one.function for one in found})}
    sure = {name: answer for name, answer in answers.items() if answer is not None}
    if not sure:
        return
    ceiling = min(sure.values(), key=lambda one: one.rank)
    names = tuple(name for name, one in sure.items() if one is ceiling or one is not Confidence.LOW)
    span = found[0].span
    modules = list(dict.fromkeys(one.module for one in found))

    gone = [module for module in modules if module.startswith(f"{REQUESTS}.") and not is_left(module)]
    if gone:
        if not found[0].guarded:
            what, where = joined([_last(module) for module in gone]), shown(gone[0].rpartition(".")[0])
            headline = f"imports {what} from {where}, which botocore has emptied: the import raises ImportError"
            yield _finding(headline, span, names, ceiling, _ADVICE)
        return
    emptied = next((module for module in modules if is_module(module)), None)
    if emptied is not None and used is not None:
        headline = f"imports {_shown(emptied)}, of which only the exceptions are left"
        missing = [way for name, way in used.reads if name.startswith(f"{REQUESTS}.") and not is_left(name)]
        if missing:
            doubt = Confidence.LOW if used.rebound else Confidence.HIGH
            fails = f"{headline}, so that {shown(missing[0])} raises AttributeError"
            yield _finding(fails, span, names, _worse(ceiling, doubt), _ADVICE)
        elif used.passed and emptied != _VENDORED and not used.rebound:
            yield _finding(headline, span, names, _worse(ceiling, Confidence.MEDIUM), _ADVICE)
    advice = _OF_REQUESTS if modules[0].startswith(REQUESTS) else _OF_ANOTHER
    headline = f"imports {_shown(modules[0])}, which is private to botocore"
    yield _finding(headline, span, names, Confidence.LOW, advice)


def _certainty(package: FunctionPackage | None, instead_of: Sequence[str]) -> Confidence | None:
    """Return how sure it is that a function runs without the copy of requests; None if it should have it."""
    if package is None:
        return Confidence.MEDIUM
    if still_has_it(package):
        return None
    answers = [brings(package, module) for module in instead_of]
    if answers and all(answers):
        return None
    if answers and False not in answers:
        return Confidence.LOW
    known = Confidence.HIGH if is_certain(package) else Confidence.MEDIUM
    return _worse(Confidence(package.function.confidence), known)


def _worse(one: Confidence, other: Confidence) -> Confidence:
    return max(one, other, key=lambda confidence: confidence.rank)


def _last(module: str) -> str:
    return shown(module.rpartition(".")[2])


def _shown(module: str) -> str:
    return f"{_last(module)} from {shown(module.rpartition('.')[0])}"


def _finding(headline: str, span: Span, functions: Sequence[str], confidence: Confidence, advice: str) -> Finding:
    found = BotocoreVendoredImport.finding(headline, span, advice=advice, functions=tuple(functions))
    message = f"{headline} ({joined([shown(name) for name in functions])}): {advice}"
    return replace(found, message=message, confidence=confidence)
