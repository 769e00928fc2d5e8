"""From calls that start child processes to what their commands do to files."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.flow.shell import commands_of, quoted, split_words
from lambdalint.flow.text import hole_text, parts_of
from lambdalint.model import Guard, Hole, HoleKind, Settings, Tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lambdalint.model import Effect

KEY = hole_text(Hole(HoleKind.REQUEST, "event['key']"))
Run: TypeAlias = "Callable[..., list[Effect]]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return the commands' effects of a handler with the given body; reads only where asked for."""

    def effects(body: str, *, before: str = "", reads: bool = False) -> list[Effect]:
        indented = textwrap.indent(textwrap.dedent(body).strip(), "    ")
        code = (
            f"import asyncio, os, shlex, shutil, subprocess, sys\n{before}\ndef handler(event, context):\n{indented}\n"
        )
        (tmp_path / "app.py").write_text(code)
        tree, settings, rows = Tree(tmp_path, ("app.py",)), Settings(cache=False), catalogue.load()
        found = flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings).effects
        return [e for e in found if e.callee.startswith("command ") and (reads or e.kind.value != "read")]

    return effects


def _seen(effects: list[Effect]) -> list[str]:
    return [f"{effect.callee.removeprefix('command ')} {effect.kind.value} {effect.place.path}" for effect in effects]


def _variable(name: str) -> str:
    return {"HOME": "/home/x", "OUT": "/tmp/out"}.get(name, "")


def _shown(text: str) -> str:
    return "".join(str(part) for part in parts_of(text))


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("a b  c", ["a b c"]),
        ("a 'b c' \"d e\" f\\ g", ["a|b c|d e|f g"]),
        ("a; b && c || d | e & f\ng", ["a", "b", "c", "d", "e", "f", "g"]),
        ("a b#c # d", ["a b#c"]),
        ("a \\\n b", ["a b"]),
        ("a $OUT/x ${OUT}y '$OUT' \"$OUT\" $NONE", ["a /tmp/out/x /tmp/outy $OUT /tmp/out"]),
        ("a ${NONE:-/tmp} ${OUT%/*}", ["a|/tmp|{${...}}"]),
        ("X=/tmp; a $X/b", ["a /tmp/b"]),
        ("X=1 a b", ["a b"]),
        ("export X=/opt; a $X", ["a /opt"]),
        ("a ~/b c~ '~'", ["a /home/x/b c~ ~"]),
        ("a /tmp/*.pdf /tmp/x?[ab] '*'", ["a /tmp/{listing}.pdf /tmp/x{listing}{listing} *"]),
        ("a {b,c}d {} e{1..9}", ["a|{{b,c}}d|{}|e{{1..9}}"]),
        ("a $(b c) `d` $((1 + 2))", ["b c", "d", "a|{$(...)}|{`...`}|{$((...))}"]),
        ("(a b); { c; }", ["a b", "c"]),
        ("if [ -d x ]; then a; else b; fi", ["[ -d x ]", "a", "b"]),
        ("for f in x; do a $f; done", ["a x"]),
        ("for f in x y; do a $f; done", ["a {$f}"]),
        ("cat <<END\nrm x\nEND\na", ["cat", "a"]),
        ("[[ a > b ]] && c", ["c"]),
        ("case x in a) b;; esac; c", []),
        ("a 'unclosed", ["a unclosed"]),
    ],
)
def test_words_of_a_script(script: str, commands: list[str]) -> None:
    found = [[_shown(word.text) for word in command.words] for command in commands_of(script, _variable)]
    assert found == [command.split("|" if "|" in command else " ") for command in commands]


@pytest.mark.parametrize(
    ("script", "redirections"),
    [
        ("a > b", [">b"]),
        ("a >b 2>c", [">b", ">c"]),
        ("a >> b < c", [">>b", "<c"]),
        ("a &> b", [">b"]),
        ("a > b 2>&1", [">b"]),
        ("a 2>&- >&2", []),
        ("a >| b", [">b"]),
        ("a <<< b", []),
        ("for x in y z; do a; done > b", [">b"]),
        (f"a > /tmp/{KEY}.txt", [">/tmp/{event['key']}.txt"]),
    ],
)
def test_redirections(script: str, redirections: list[str]) -> None:
    found = [each for command in commands_of(script, _variable) for each in command.redirections]
    assert [each.operator + _shown(each.target) for each in found] == redirections


def test_a_script_changes_its_directory() -> None:
    commands = commands_of("a; cd /tmp && b; (cd sub; c); d; cd x; e; cd; f; cd -; g", _variable)
    directories = {command.words[0].text: _shown(command.directory) for command in commands}
    assert directories == {
        "a": "", "b": "/tmp", "c": "/tmp/sub", "d": "/tmp", "e": "/tmp/x", "f": "/home/x", "g": "{$OLDPWD}",
    }  # fmt: skip


def test_quoting_and_splitting_keep_holes() -> None:
    assert split_words(f"a 'b c' /tmp/{KEY}.txt $X *") == ["a", "b c", f"/tmp/{KEY}.txt", "$X", "*"]
    assert quoted(f"/tmp/{KEY}") == f"/tmp/{KEY}"
    assert quoted("a b'c") == "'a b'\"'\"'c'"


@pytest.mark.parametrize(
    "call",
    [
        "subprocess.run(['touch', '/tmp/x'])",
        "subprocess.call(args=['touch', '/tmp/x'])",
        "subprocess.check_call(('/usr/bin/touch', '/tmp/x'))",
        "subprocess.check_output(['touch'] + ['/tmp/x'])",
        "subprocess.Popen('touch /tmp/x', shell=True)",
        "subprocess.run(['touch /tmp/x'], shell=True)",
        "subprocess.run('touch /tmp/x'.split())",
        "subprocess.run(shlex.split('touch \"/tmp/x\"'))",
        "subprocess.run(['touch', 'x'], cwd='/tmp')",
        "subprocess.getoutput('touch /tmp/x')",
        "subprocess.getstatusoutput(cmd='touch /tmp/x')",
        "os.system('touch /tmp/x')",
        "os.system(' '.join(['touch', '/tmp/x']))",
        "os.system(shlex.join(['touch', '/tmp/x']))",
        "os.system(f'touch {shlex.quote(\"/tmp/x\")}')",
        "os.popen('touch /tmp/x').read()",
        "os.execvp('touch', ['touch', '/tmp/x'])",
        "os.execl('/bin/touch', 'touch', '/tmp/x')",
        "os.spawnlp(os.P_WAIT, 'touch', 'touch', '/tmp/x')",
        "os.posix_spawn('/bin/touch', ['touch', '/tmp/x'], os.environ)",
        "asyncio.run(asyncio.create_subprocess_exec('touch', '/tmp/x'))",
        "asyncio.run(asyncio.create_subprocess_shell('touch /tmp/x'))",
        "subprocess.run(['sh', '-c', 'touch /tmp/x'])",
        "subprocess.run('sudo -n timeout 5 nice bash -c \"cd /tmp && touch x\"', shell=True)",
        "subprocess.run(['env', 'A=b', 'touch', '/tmp/x'])",
        "subprocess.run([shutil.which('touch'), '/tmp/x'])",
        "subprocess.run(['touch', '/tmp/x'], **{'check': True})",
    ],
)
def test_calls_that_start_a_command(run: Run, call: str) -> None:
    assert _seen(run(call)) == ["touch write /tmp/x"]


@pytest.mark.parametrize(
    "call",
    [
        "subprocess.run('touch /tmp/x')",
        "subprocess.run(['unknown-tool', '-o', '/tmp/x'])",
        "subprocess.run([event['tool'], '/tmp/x'])",
        "subprocess.run(event['words'])",
        "subprocess.run(['echo', '>', '/tmp/x'])",
        "os.system('touch --help')",
        "os.system('echo x > /dev/null 2>&1')",
        "os.system('ffmpeg -version')",
        "os.system('ffmpeg -i /tmp/x -f null -')",
        "os.system('mkdir')",
    ],
)
def test_calls_that_leave_no_file(run: Run, call: str) -> None:
    assert _seen(run(call)) == []


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("wkhtmltopdf --new-option a /opt/x.html /tmp/x.pdf", []),
        ("wkhtmltopdf --new-option=a /opt/x.html /tmp/x.pdf", ["wkhtmltopdf write /tmp/x.pdf"]),
        ("cp --new-option /opt/a /tmp/b", ["cp write /tmp/b"]),
        ("cp /opt/a --new-option /tmp/b", []),
        ("rm --new-option /tmp/a /tmp/b", ["rm delete /tmp/b"]),
        ("cp /opt/a /opt/b /tmp/d", ["cp write /tmp/d/a", "cp write /tmp/d/b"]),
        ("cp /opt/a /tmp", ["cp write /tmp/a"]),
        ("cp /opt/a /tmp/d", ["cp write /tmp/d"]),
        ("tar -xvzf /opt/a.tgz -C/tmp/d", ["tar extract /tmp/d"]),
        ("tar --directory=/tmp/d --extract --file /opt/a.tgz", ["tar extract /tmp/d"]),
        ("cd /tmp && tar xf a.tar", ["tar extract /tmp"]),
        ("7z x /opt/a.7z -o/tmp/d -y", ["7z x extract /tmp/d"]),
        ("dd if=/dev/zero of=/tmp/x bs=1M", ["dd write /tmp/x"]),
        ("ffmpeg -i a -vf scale=1:1 /tmp/x.mp4 -loglevel 0", ["ffmpeg write /tmp/x.mp4"]),
        ("ffmpeg -i a -r 1 /tmp/f_%03d.jpg", ["ffmpeg write /tmp/f_{listing}.jpg"]),
        ("rm -rf /tmp/*", ["rm -r delete /tmp/{listing}"]),
        ("rm -f /tmp/*.pdf /tmp/x", ["rm delete /tmp/x", "rm delete /tmp/{listing}.pdf"]),
        ("find /tmp/d -type f -name '*.x' -delete", ["find delete /tmp/d/{listing}"]),
        ("find /tmp/d -type f -exec rm -rf {} \\;", ["rm -r delete /tmp/d/{listing}"]),
        ("aws s3 sync /tmp/d s3://bucket/d", ["aws s3 sync store /tmp/d"]),
        ("aws s3 cp s3://bucket/a/x.csv /tmp/", ["aws s3 cp write /tmp/x.csv"]),
        ("/opt/awscli/aws s3 sync s3://bucket/d /tmp/d --delete", ["aws s3 sync extract /tmp/d"]),
        ("python3.12 -m pip install -t /tmp/p x", ["pip install extract /tmp/p"]),
        ("git clone -q -- https://example.com/r.git /tmp/r", ["git clone extract /tmp/r"]),
        ("cd /tmp; git clone git@example.com:a/r.git", ["git clone extract /tmp/r"]),
        ("date | tee -a /tmp/log > /tmp/x", ["> write /tmp/x", "tee append /tmp/log"]),
        ("mv /tmp/a /tmp/b", ["mv delete /tmp/a", "mv rename /tmp/b"]),
    ],
)
def test_what_commands_do(run: Run, script: str, seen: list[str]) -> None:
    assert _seen(run(f"os.system({script!r})")) == seen


def test_a_pattern_in_a_list_is_no_pattern(run: Run) -> None:
    assert _seen(run("subprocess.run(['rm', '-rf', '/tmp/*'])")) == ["rm -r delete /tmp/*"]


def test_inputs_are_read(run: Run) -> None:
    effects = run("os.system('ffmpeg -i /tmp/a.mov /tmp/b.mp4 < /tmp/c')", reads=True)
    assert _seen(effects) == ["< read /tmp/c", "ffmpeg read /tmp/a.mov", "ffmpeg write /tmp/b.mp4"]


def test_unknown_pieces_stay_holes(run: Run) -> None:
    body = """
    name = event['name']
    os.system(f"ffmpeg -y -i {event['url']} -r 1 /tmp/{name}.png")
    subprocess.run(["convert", "in.png", "-resize", event["size"], os.path.join("/tmp", name)])
    """
    assert _seen(run(body)) == ["ffmpeg write /tmp/{event['name']}.png", "convert write /tmp/{event['name']}"]


def test_a_piece_that_may_be_options_hides_defaults(run: Run) -> None:
    body = """
    os.system(f"unzip {unknown()} /tmp/a.zip")
    os.system(f"ffmpeg -i /tmp/a {unknown()} /tmp/b")
    """
    before = "def unknown():\n    return missing()\n"
    assert _seen(run(body, before=before)) == ["ffmpeg write /tmp/b"]


def test_each_value_of_a_word_is_a_place_of_one_effect(run: Run) -> None:
    body = """
    target = "/tmp/a" if event.get("a") else "/tmp/b"
    subprocess.run(["touch", target])
    """
    effects = run(body)
    assert _seen(effects) == ["touch write /tmp/a", "touch write /tmp/b"]
    assert all(Guard.MAYBE in effect.guards for effect in effects)


def test_lists_that_are_put_together(run: Run) -> None:
    body = """
    command = ["ffmpeg", "-i", "/tmp/in"]
    command += ["-r", "1"]
    command.append("-an")
    command.extend(["-y", "/tmp/out"])
    subprocess.run(command)
    """
    assert _seen(run(body)) == ["ffmpeg write /tmp/out"]


def test_either_of_two_lists(run: Run) -> None:
    body = """
    if event.get("fast"):
        command = ["ffmpeg", "-i", "/tmp/in", "-preset", "fast", "/tmp/out"]
    else:
        command = ["ffmpeg", "-i", "/tmp/in", "/tmp/out"]
    subprocess.run(command)
    """
    effects = run(body)
    assert _seen(effects) == ["ffmpeg write /tmp/out"]
    assert not effects[0].guards


def test_a_command_that_only_one_way_runs_is_uncertain(run: Run) -> None:
    body = """
    command = "rm -rf /tmp/d" if event.get("clean") else "ls /tmp"
    os.system(command)
    """
    assert [Guard.MAYBE in effect.guards for effect in run(body)] == [True]


def test_the_program_is_found_in_several_places(run: Run) -> None:
    before = "FFMPEG = os.environ.get('FFMPEG_PATH') or '/opt/bin/ffmpeg'"
    assert _seen(run("subprocess.run([FFMPEG, '-i', 'a', '/tmp/b'])", before=before)) == ["ffmpeg write /tmp/b"]


def test_variables_and_home_come_from_the_environment(run: Run) -> None:
    body = """
    os.environ["OUT"] = "/tmp/o"
    os.system("touch $OUT/a")
    os.system("git config --global a b")
    subprocess.run("touch $OUT/b ~/c", shell=True, env={"OUT": "/opt/o", "HOME": "/tmp"})
    """
    assert _seen(run(body)) == [
        "touch write /tmp/o/a",
        "git config write /home/sbx_user1051/.gitconfig",
        "touch write /opt/o/b",
        "touch write /tmp/c",
    ]


def test_the_directory_of_the_call_and_of_the_process(run: Run) -> None:
    body = """
    subprocess.run("touch a; cd sub && touch b", shell=True, cwd="/tmp")
    subprocess.run(["touch", "c"], cwd=None)
    subprocess.run(["touch", "f"], cwd=folder)
    os.chdir("/tmp/d")
    subprocess.run(["touch", "e"])
    """
    assert _seen(run(body, before="from elsewhere import folder")) == [
        "touch write /tmp/a",
        "touch write /tmp/sub/b",
        "touch write /var/task/c",
        "touch write {folder}/f",
        "touch write /tmp/d/e",
    ]


def test_programs_by_name(run: Run) -> None:
    body = """
    sh.git.clone("https://example.com/r.git", "/tmp/r", depth=1)
    sh.touch("a", _cwd="/tmp")
    sh.ls("-l", _out="/tmp/listing")
    """
    assert _seen(run(body, before="import sh")) == [
        "git clone extract /tmp/r",
        "touch write /tmp/a",
        "> write /tmp/listing",
    ]


def test_bounds(run: Run) -> None:
    assert _seen(run("os.system('touch /tmp/x;' * 60)")) == ["touch write /tmp/x"]
    assert commands_of("a " * 20_000, _variable) == []
    assert len(commands_of("a;" * 500, _variable)) == 100
    nested = "touch /tmp/x"
    for _ in range(12):
        nested = f"sh -c {quoted(nested)}"
    assert _seen(run(f"os.system({nested!r})")) == []


def test_what_is_fetched_and_what_is_stored(run: Run) -> None:
    body = """
    subprocess.run(["aws", "s3", "cp", f"s3://bucket/{event['id']}", f"/tmp/{event['id']}"])
    subprocess.run(["ffmpeg", "-i", f"/tmp/{event['id']}", f"/tmp/out/{event['id']}.mp3"])
    subprocess.run(["aws", "s3", "sync", "/tmp/out", "s3://bucket/out"])
    """
    lifetimes = [effect.lifetime for effect in run(body) if effect.lifetime is not None]
    fetched = [one.fetched.text if one.fetched else "" for one in lifetimes]
    stored = [one.stored.text if one.stored else "" for one in lifetimes]
    assert (fetched, stored) == (["aws s3 cp", ""], ["", "aws s3 sync"])


@pytest.mark.parametrize(
    "body",
    [
        """
        command = ["git", "clone", "--depth", "1"]
        if event.get("branch"):
            command.extend(["--branch", event["branch"]])
        command.extend([event["url"], "/tmp/r"])
        """,
        """
        command = ["git", "clone"]
        if event.get("branch"):
            command += ["--branch", event["branch"]]
        else:
            command += ["--quiet"]
        command += [event["url"]]
        command.append("/tmp/r")
        """,
        """
        command = ["git", "clone", *(["-b", event["b"]] if event.get("b") else []), event["url"], "/tmp/r"]
        """,
        """
        command = ["git", "clone"]
        for option in event["options"]:
            command += ["-c", option]
        command += [event["url"], "/tmp/r"]
        """,
        """
        command = f"git clone {event['url']} /tmp/r".split()
        """,
    ],
)
def test_lists_that_are_put_together_in_several_ways(run: Run, body: str) -> None:
    effects = run(textwrap.dedent(body) + "subprocess.run(command)")
    assert _seen(effects) == ["git clone extract /tmp/r"]


def test_long_lists(run: Run) -> None:
    assert _seen(run("subprocess.run(['ffmpeg', '-i', 'a', " + "'-an', " * 40 + "'/tmp/b'])")) == [
        "ffmpeg write /tmp/b"
    ]
