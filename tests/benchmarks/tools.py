"""What is run: lambdalint's modes, and the peers, in an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

PEERS = ("bandit", "flake8", "pyflakes", "pylint", "semgrep", "ruff", "mypy")
_RULES = Path(__file__).with_name("hardcoded_tmp.yaml")


class State(Enum):
    """What has to be so before a run."""

    ANY = "any"
    """The tool keeps nothing."""
    COLD = "cold"
    """Its cache is away."""
    WARM = "warm"
    """Its cache is that of an earlier run."""
    CHANGED = "changed"
    """Its cache is that of an earlier run, and one file has changed since."""


@dataclass(frozen=True)
class Mode:
    """One way to run one tool."""

    tool: str
    name: str
    command: tuple[str, ...]
    """Run in the folder of the project."""
    state: State = State.ANY
    cache: str | None = None
    """The folder of the project that holds what the tool keeps."""
    fill: tuple[str, ...] = ()
    """The command that fills the cache, if not the command itself."""
    changed: str | None = None
    """The file that changes."""
    same_output: bool = False
    """Its output has to be that of all other modes that say so."""

    @property
    def label(self) -> str:
        """The tool and the mode, as results are found."""
        return f"{self.tool} {self.name}"


CACHE = ".lambdalint_cache"


def lambdalint_modes(
    program: tuple[str, ...], workers: int, clean: str, flagged: str | None, shared: str
) -> list[Mode]:
    """Return the modes of lambdalint; *clean*, *flagged* and *shared* are files of the project."""
    check = (*program, "check", "--output-format", "json", "--exit-zero")
    one, many = (*check, "--jobs", "1", "."), (*check, "--jobs", str(workers), ".")

    def mode(
        name: str, command: tuple[str, ...], state: State, changed: str | None = None, *, same: bool = True
    ) -> Mode:
        return Mode("lambdalint", name, command, state, CACHE, one, changed, same)

    modes = [
        mode("cold", one, State.COLD),
        mode(f"cold, {workers} workers", many, State.COLD),
        mode("warm", one, State.WARM),
        mode(f"warm, {workers} workers", many, State.WARM),
        mode("one file changed", one, State.CHANGED, clean),
        mode("a shared file changed", one, State.CHANGED, shared),
        mode("one file, warm", (*check, "--jobs", "1", clean), State.WARM, same=False),
    ]
    if flagged is not None:
        modes.append(mode("one file with a finding, warm", (*check, "--jobs", "1", flagged), State.WARM, same=False))
    return [*modes, Mode("lambdalint", "--version", (*program, "--version"))]


def peer_modes(bin_folder: Path, workers: int) -> list[Mode]:
    """Return the modes of the peers that are installed."""
    scripts = {name: str(bin_folder / name) for name in PEERS}
    flake8 = (scripts["flake8"], "--isolated", "--exit-zero")
    ruff = (scripts["ruff"], "check", "--isolated", "--select", "S108", "--quiet", "--exit-zero")
    mypy = (scripts["mypy"], "--config-file=", "--explicit-package-bases", "--ignore-missing-imports")
    semgrep = (
        scripts["semgrep"],
        "scan",
        "--config",
        str(_RULES),
        "--metrics=off",
        "--disable-version-check",
        "--quiet",
    )
    pylint = (
        scripts["pylint"],
        "--rcfile",
        os.devnull,
        "--disable=all",
        "--enable=unspecified-encoding",
        "--exit-zero",
    )
    modes = [
        Mode("bandit", "B108", (scripts["bandit"], "-q", "-r", "-t", "B108", "--exit-zero", ".")),
        Mode("pyflakes", "all", (scripts["pyflakes"], ".")),
        Mode("flake8", "1 job", (*flake8, "-j", "1", ".")),
        Mode("flake8", f"{workers} jobs", (*flake8, "-j", str(workers), ".")),
        Mode("pylint", "one check", (*pylint, "--recursive=y", "-j", "1", ".")),
        Mode("semgrep", "one rule", (*semgrep, "--no-git-ignore", ".")),
        Mode("ruff", "S108, cold", (*ruff, "--no-cache", ".")),
        Mode("ruff", "S108, warm", (*ruff, "--cache-dir", ".ruff_cache", "."), State.WARM, ".ruff_cache"),
        Mode("mypy", "cold", (*mypy, "--cache-dir", os.devnull, ".")),
        Mode("mypy", "warm", (*mypy, "--cache-dir", ".mypy_cache", "."), State.WARM, ".mypy_cache"),
    ]
    return [mode for mode in modes if Path(mode.command[0]).exists()]


def plugin_modes(bin_folder: Path, file: str, fill: tuple[str, ...]) -> list[Mode]:
    """Return flake8 on one file, that of the peers, and that beside lambdalint; *fill* makes lambdalint's cache."""
    own = Path(sys.executable).with_name("flake8")
    peer = bin_folder / "flake8"
    if not own.exists() or not peer.exists():
        return []
    rest = ("--isolated", "--exit-zero", "-j", "1", file)
    return [
        Mode("flake8", "one file", (str(peer), *rest)),
        Mode("flake8", "one file, with the plugin", (str(own), *rest), State.WARM, CACHE, fill),
    ]


def install_peers(environment: Path, names: tuple[str, ...]) -> Path:
    """Make the virtual environment if it is not there, install what it lacks, and return the folder of its programs."""
    programs = environment / "bin"
    if not (programs / "python").exists():
        venv.create(environment, with_pip=True)
    lacking = [name for name in names if not (programs / name).exists()]
    if lacking:
        command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, *lacking], check=True)
    return programs


def versions(programs: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of the peers in an environment."""
    code = "import sys\nfrom importlib.metadata import version\nfor name in sys.argv[1:]: print(name, version(name))"
    done = subprocess.run([str(programs / "python"), "-c", code, *names], capture_output=True, text=True, check=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())
