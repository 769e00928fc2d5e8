"""Checks the catalogue against installed libraries: ``cd tests && python -m catalogue_check [LIBRARY...]``.

A LIBRARY is an import name (``pandas``) or a file of the catalogue (``pandas_frames.toml``). With ``--python`` the
libraries of other interpreters are looked at, too, in this order: not all can be installed side by side.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from catalogue_check.claims import claims_in
from catalogue_check.distributions import distribution_of
from catalogue_check.libraries import check
from catalogue_check.verdict import Verdict
from lambdalint import catalogue

if TYPE_CHECKING:
    from catalogue_check.verdict import Finding

_SHOWN = (Verdict.CHECKED, Verdict.CANNOT_TELL, Verdict.OTHER_RELEASES, Verdict.WRONG, Verdict.NOT_THERE)


def main() -> int:
    """Print a line a library, and what is wrong; return 1 if anything is."""
    parser = argparse.ArgumentParser(prog="catalogue_check", description=__doc__)
    parser.add_argument("library", nargs="*", help="import names, or files of the catalogue; all if none is given")
    parser.add_argument("--python", action="append", default=[], help="an interpreter that has libraries")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what cannot be told, too")
    arguments = parser.parse_args()
    claims = claims_in(catalogue.load().files)
    wanted = set(arguments.library)
    if wanted:
        claims = tuple(one for one in claims if wanted & {one.library, one.file, one.file.rpartition("/")[2]})
    shown = {Verdict.WRONG, Verdict.NOT_THERE} | ({Verdict.CANNOT_TELL} if arguments.verbose else set())
    totals: Counter[Verdict] = Counter()
    absent = []
    print(f"{'library':<28}" + "".join(f"{verdict.value:>16}" for verdict in _SHOWN))
    for library, findings in check(claims, interpreters=arguments.python or [sys.executable]):
        counts = Counter(one.verdict for one in findings)
        totals += counts
        if counts[Verdict.NOT_INSTALLED] == len(findings):
            absent.append(library)
            continue
        print(f"{library:<28}" + "".join(f"{counts[verdict] or '':>16}" for verdict in _SHOWN), flush=True)
        _print_details([one for one in findings if one.verdict in shown])
    print(f"{'all':<28}" + "".join(f"{totals[verdict]:>16}" for verdict in _SHOWN))
    if absent:
        missing = ", ".join(f"{one} ({distribution_of(one)})" for one in absent)
        print(f"not installed, {totals[Verdict.NOT_INSTALLED]} claims: {missing}")
    return int(bool(totals[Verdict.WRONG] or totals[Verdict.NOT_THERE]))


def _print_details(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"    {finding}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
