"""What becomes of a command's failure, and which variables a command finds."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.flow.shell import commands_of
from lambdalint.model import Guard, Settings, Tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lambdalint.model import Effect

Run: TypeAlias = "Callable[[str], list[Effect]]"
UNCHECKED = "raises no exception, and only the exit status tells"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return the effects of commands that a handler with the given body runs."""

    def effects(body: str) -> list[Effect]:
        indented = textwrap.indent(textwrap.dedent(body).strip(), "    ")
        (tmp_path / "app.py").write_text(
            "import asyncio, os, subprocess, sys, pip, sh, anyio\n"
            f"from elsewhere import options\ndef handler(event, context):\n{indented}\n"
        )
        tree, settings, rows = Tree(tmp_path, ("app.py",)), Settings(cache=False), catalogue.load()
        found = flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings).effects
        return [one for one in found if one.callee.startswith("command ") and one.kind.modifies]

    return effects


@pytest.mark.parametrize(
    ("script", "expected", "conditional", "noticed"),
    [
        ("a", "", "", "a"),
        ("a; b", "", "", "b"),
        ("a && b", "", "", "a b"),
        ("a || b", "a", "b", "a b"),
        ("a || exit 1", "", "exit", "a exit"),
        ("a || { echo x; exit 1; }", "", "echo exit", "a exit"),
        ("a || (b)", "a", "b", "a b"),
        ("a && b || true; c", "a b", "true", "c"),
        ("(a; b) || true", "a b", "true", "b true"),
        ("{ a; b; } || true", "a b", "true", "b true"),
        ("a | b", "", "", "b"),
        ("set -o pipefail; a | b", "", "", "a b"),
        ("set -e; a; b", "", "", "set a b"),
        ("a & b", "", "", "b"),
        ("if a; then b; else c; fi; d", "a", "b c", "d"),
        ("while a; do b; done", "a", "b", "b"),
        ("! a", "a", "", "a"),
        ("test -d x || a", "test", "a", "test a"),
        ("[ -d x ] && a", "", "a", "[ a"),
        ("x=$(a)", "", "", ""),
    ],
)
def test_what_becomes_of_a_failure_in_a_script(script: str, expected: str, conditional: str, noticed: str) -> None:
    commands = [command for command in commands_of(script, lambda _: "") if command.words]

    def chosen(trait: str) -> str:
        return " ".join(command.words[0].text for command in commands if getattr(command, trait))

    assert (chosen("expected"), chosen("conditional"), chosen("noticed")) == (expected, conditional, noticed)


@pytest.mark.parametrize(
    ("call", "failure"),
    [
        ("subprocess.run(['touch', 'x'])", UNCHECKED),
        ("subprocess.run(['touch', 'x'], check=False)", UNCHECKED),
        ("subprocess.run(['touch', 'x'], check=True)", "raises CalledProcessError"),
        ("subprocess.check_output('touch x', shell=True)", "raises CalledProcessError"),
        ("subprocess.check_call('touch x; date', shell=True)", "need not raise anything, as the script goes on"),
        ("subprocess.check_call(['find', '/srv', '-exec', 'touch', 'x', ';'])",
         "need not raise anything, as the script goes on"),
        ("subprocess.Popen(['touch', 'x'])", UNCHECKED),
        ("os.system('touch x')", UNCHECKED),
        ("os.popen('touch x')", "raises no exception, and only close() tells"),
        ("subprocess.getoutput('touch x')", "raises no exception, and takes the error message for output"),
        ("asyncio.run(asyncio.create_subprocess_exec('touch', 'x'))", UNCHECKED),
        ("asyncio.run(anyio.run_process(['touch', 'x']))", "raises CalledProcessError"),
        ("asyncio.run(anyio.run_process(['touch', 'x'], check=False))", UNCHECKED),
        ("subprocess.run(['chrome', '--print-to-pdf', 'https://example.com/'], check=True)",
         "need not raise anything, as the program may exit as if it had succeeded"),
        ("sh.touch('x')", "raises ErrorReturnCode"),
        ("subprocess.run(['touch', 'x'], **options)", ""),
    ],
)  # fmt: skip
def test_who_tells_of_a_failure(run: Run, call: str, failure: str) -> None:
    assert [effect.failure for effect in run(call)] == [failure]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("os.system('git config --global a b')", "/home/sbx_user1051/.gitconfig"),
        ("os.system('HOME=/tmp git config --global a b')", "/tmp/.gitconfig"),
        ("os.system('export HOME=/tmp; git config --global a b')", "/tmp/.gitconfig"),
        ("os.system('GIT_CONFIG_GLOBAL=/tmp/g git config --global a b')", "/tmp/g"),
        ("subprocess.run(['env', 'HOME=/tmp', 'git', 'config', '--global', 'a', 'b'])", "/tmp/.gitconfig"),
        ("os.environ['GIT_CONFIG_GLOBAL'] = '/tmp/g'\nos.system('git config --global a b')", "/tmp/g"),
        ("subprocess.run(['git', 'config', '--global', 'a', 'b'], env={'HOME': '/tmp', 'GIT_CONFIG_GLOBAL': ''})",
         "/tmp/.gitconfig"),
        ("os.system('sh -c \"export HOME=/tmp; sudo git config --global a b\"')", "/tmp/.gitconfig"),
        ("os.system('pip install x')", "/home/sbx_user1051/.local"),
        ("os.system(f'{sys.executable} -m pip install x')", "/home/sbx_user1051/.local"),
        ("os.system('/var/lang/bin/python3 -m pip install x')", "/home/sbx_user1051/.local"),
        ("os.system('/tmp/venv/bin/pip install x')", "/tmp/venv"),
        ("subprocess.run(['/tmp/venv/bin/python', '-m', 'pip', 'install', 'x'])", "/tmp/venv"),
        ("os.system('. /tmp/venv/bin/activate && pip install x')", "/tmp/venv"),
        ("pip.main(['install', '--target', '/tmp/x', 'y'])", "/tmp/x"),
    ],
)  # fmt: skip
def test_variables_and_environments(run: Run, body: str, place: str) -> None:
    assert [effect.place.path for effect in run(body)] == [place]


@pytest.mark.parametrize(
    ("call", "guards"),
    [
        ("os.system('touch x')", set()),
        ("os.system('touch x || true')", {Guard.FALLBACK}),
        ("os.system('test -e x || touch x')", {Guard.MAYBE}),
        ("os.system('sh -c \"touch x\" || true')", {Guard.FALLBACK}),
    ],
)
def test_guards(run: Run, call: str, guards: set[Guard]) -> None:
    assert [set(effect.guards) for effect in run(call)] == [guards]
