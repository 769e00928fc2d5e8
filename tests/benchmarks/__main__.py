"""Measures lambdalint against other tools: ``cd tests && python -m benchmarks --lines 10000,50000``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shlex
import sys
import tempfile
from pathlib import Path

from benchmarks.corpora import Corpus, generated, given, python_files, sample_files
from benchmarks.gates import gates
from benchmarks.machine import machine
from benchmarks.measuring import Bench
from benchmarks.monorepo import Options, generate
from benchmarks.plot import plot
from benchmarks.report import table
from benchmarks.results import Measured, Results, load, save
from benchmarks.tools import (
    PEERS,
    Mode,
    State,
    install_peers,
    lambdalint_modes,
    peer_modes,
    plugin_modes,
    versions,
)

_SMALL = 6_000
"""The lines of the generated project that stands for a small repository: about 70 files."""


def main(arguments: list[str]) -> int:
    """Generate, render again, or measure; return 1 if a limit is not kept."""
    if arguments[:1] == ["generate"]:
        return _generate(arguments[1:])
    if arguments[:1] == ["render"]:
        folder = Path(arguments[1])
        return _render(load(folder / "results.json"), folder)
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="a checkout, which is copied")
    parser.add_argument("--lines", type=_sizes, default=[_SMALL, 10_000, 100_000, 250_000, 1_000_000])
    _add_options(parser)
    parser.add_argument("--only", type=lambda text: text.split(","), default=["lambdalint", *PEERS], metavar="TOOLS")
    parser.add_argument("--modes", metavar="TEXT", help="only modes of lambdalint whose name contains this")
    parser.add_argument("--repeat", type=int, default=5, help="the runs that count, after one that does not")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is ended")
    parser.add_argument("--long", type=float, default=60, help="what takes more seconds than this is run once")
    parser.add_argument("--lambdalint", default=f"{sys.executable} -m lambdalint", metavar="COMMAND")
    parser.add_argument("--peers", type=Path, help="a virtual environment for the others, made if it is not there")
    parser.add_argument("--work", type=Path, help="where projects are written; must lie in no other project")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    chosen = parser.parse_args(arguments)
    for path in chosen.corpus:
        if next(python_files(path), None) is None:
            parser.error(f"there is no Python file below {path}")
    unknown = sorted(set(chosen.only) - {"lambdalint", *PEERS})
    if unknown:
        parser.error(f"no such tool: {', '.join(unknown)}; there are lambdalint, {', '.join(PEERS)}")
    work = (chosen.work or Path(tempfile.mkdtemp(prefix="lambdalint-benchmarks-"))).resolve()
    return _measure(chosen, work)


def _add_options(parser: argparse.ArgumentParser) -> None:
    ours = Options()
    parser.add_argument("--share", type=float, default=ours.shared, help="of the lines: shared between functions")
    parser.add_argument("--findings", type=float, default=ours.findings, help="the share of the files with a finding")
    parser.add_argument("--reachable", type=float, default=ours.reachable, help="the share of the lines in use")
    parser.add_argument("--function-lines", type=int, default=ours.function_lines)
    parser.add_argument("--service-functions", type=int, default=ours.service_functions)
    parser.add_argument("--seed", type=int, default=ours.seed)


def _options(chosen: argparse.Namespace, lines: int) -> Options:
    return Options(
        lines,
        chosen.share,
        chosen.findings,
        chosen.reachable,
        chosen.function_lines,
        chosen.service_functions,
        chosen.seed,
    )


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",") if part]


def _generate(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks generate", description="Write a Lambda monorepo.")
    parser.add_argument("--lines", type=int, default=Options().lines)
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new, or empty")
    _add_options(parser)
    chosen = parser.parse_args(arguments)
    if chosen.out.exists() and any(chosen.out.iterdir()):
        print(f"{chosen.out} is not empty", file=sys.stderr)
        return 2
    made = generate(_options(chosen, chosen.lines))
    made.write(chosen.out)
    for planted in made.planted:
        print(f"{planted.path}:{planted.line}: {planted.code}")
    print(f"{made.lines} lines, {len(made.files)} files, {made.functions} functions, {len(made.planted)} findings")
    return 0


def _measure(chosen: argparse.Namespace, work: Path) -> int:
    wanted = tuple(name for name in PEERS if name in chosen.only)
    programs = install_peers((chosen.peers or work / "peers").resolve(), wanted)
    program = tuple(shlex.split(chosen.lambdalint))
    results = Results(_today(), machine(), versions(programs, wanted), chosen.workers)
    corpora = [given(path.resolve(), work, number) for number, path in enumerate(chosen.corpus, start=1)]
    corpora += [generated(_options(chosen, lines), work) for lines in chosen.lines]
    chosen.out.mkdir(parents=True, exist_ok=True)
    for corpus in corpora:
        bench = Bench(corpus.folder, work / "runs", chosen.repeat, chosen.limit, chosen.long, _say)
        measured = Measured(corpus.name, corpus.files, corpus.lines, corpus.generated, corpus.small)
        modes = [mode for mode in peer_modes(programs, chosen.workers) if mode.tool in wanted]
        if "lambdalint" in chosen.only:
            ours, measured.findings = _own_modes(bench, corpus, program, chosen.workers, programs)
            measured.planted = corpus.planted if measured.findings is not None else None
            modes = [mode for mode in ours if (chosen.modes or "") in mode.name] + modes
        measured.timings = bench.measure(modes)
        results.measured.append(measured)
        save(results, chosen.out / "results.json")
    return _render(results, chosen.out)


def _own_modes(
    bench: Bench, corpus: Corpus, program: tuple[str, ...], workers: int, programs: Path
) -> tuple[list[Mode], int | None]:
    """Return the modes with lambdalint, and how many findings it has; a run before all others tells."""
    command = (*program, "check", "--output-format", "json", "--exit-zero", "--jobs", str(workers), ".")
    run, output = bench.once(Mode("lambdalint", "look", command, State.COLD, ".lambdalint_cache"))
    reported = json.loads(output)["findings"] if not run.stopped and run.exit == 0 else None
    _say(f"{corpus.name}: {corpus.files} files, {corpus.lines} lines, looked at in {run.wall:.1f} s")
    clean, flagged, shared = sample_files(corpus.folder, {finding["path"] for finding in reported or ()})
    modes = lambdalint_modes(program, workers, clean, flagged, shared)
    modes += plugin_modes(programs, clean, modes[0].command)
    return modes, None if reported is None else len(reported)


def _render(results: Results, out: Path) -> int:
    (out / "table.md").write_text(table(results), encoding="utf-8")
    (out / "plot.svg").write_text(plot(results), encoding="utf-8")
    found = gates(results)
    print(f"{out}: results.json, table.md, plot.svg; {sum(gate.passed for gate in found)} of {len(found)} limits kept")
    return int(not all(gate.passed for gate in found))


def _today() -> str:
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
