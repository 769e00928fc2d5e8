"""How much calls are known to write, and what lies in /tmp at one time."""

from __future__ import annotations

import io
import struct
import textwrap
import zipfile
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.flow.store import SIZES, Changes, Store
from lambdalint.flow.values import Number
from lambdalint.model import Settings, Tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lambdalint.model import Effect

MB = 2**20
Run: TypeAlias = "Callable[..., list[Effect]]"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return the effects of a handler with the given body, next to some files."""

    def effects(
        body: str,
        *,
        before: str = "",
        files: dict[str, bytes] | None = None,
        sizes: tuple[tuple[str, int], ...] = (),
    ) -> list[Effect]:
        indented = textwrap.indent(textwrap.dedent(body).strip(), "    ")
        imports = "import os, shutil, subprocess, tempfile, zipfile\nfrom pathlib import Path\n"
        contents = {
            "app.py": f"{imports}{before}\ndef handler(event, context):\n{indented}\n".encode(),
            **(files or {}),
        }
        for name, content in contents.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
        tree, settings, rows = Tree(tmp_path, tuple(contents)), Settings(cache=False, sizes=sizes), catalogue.load()
        return list(flow.analyse(tree, deployment.read(tree, settings, rows).functions, rows, settings).effects)

    return effects


def _sizes(effects: list[Effect]) -> dict[str, int]:
    return {effect.place.path: effect.size for effect in effects if effect.size is not None}


def _excess(effects: list[Effect]) -> list[tuple[str, int]]:
    exceeding = [(effect.place.path, effect.lifetime.exceeds) for effect in effects if effect.lifetime is not None]
    return [(path, excess.written) for path, excess in exceeding if excess is not None]


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ("open('/tmp/x', 'wb').truncate(1000)", 1000),
        ("open('/tmp/x', 'w').write('ab' * 1000)", 2000),
        ("open('/tmp/x', 'w').write(1000 * 'ab')", 2000),
        ("open('/tmp/x', 'w').write('abc')", 3),
        ("open('/tmp/x', 'w').write(f\"abc{event['x']}\")", 3),
        ("open('/tmp/x', 'wb').write(bytes(3 * 10**3))", 3000),
        ("open('/tmp/x', 'wb').write(bytearray(1 << 12))", 4096),
        ("open('/tmp/x', 'wb').write(os.urandom(0x100))", 256),
        ("Path('/tmp/x').write_bytes(bytes(7 * 100))", 700),
        ("Path('/tmp/x').write_text('x' * 700)", 700),
        ("f = open('/tmp/x', 'wb')\nf.seek(999)\nf.write(b'x')", 1000),
        ("f = open('/tmp/x', 'wb')\nf.write(bytes(100))\nf.write(bytes(200))", 300),
        ("f = open('/tmp/x', 'wb')\nfor part in event['parts']:\n    f.write(bytes(100))", 100),
        ("fd = os.open('/tmp/x', os.O_RDWR | os.O_CREAT)\nos.write(fd, bytes(100))\nos.ftruncate(fd, 500)", 500),
        ("f = open('/tmp/x', 'wb')\nos.posix_fallocate(f.fileno(), 100, 400)", 500),
        ("Path('/tmp/x').touch()\nos.truncate('/tmp/x', 800)", 800),
        ("subprocess.run(['truncate', '-s', '2K', '/tmp/x'])", 2048),
        ("subprocess.run(['truncate', '--size=3KB', '/tmp/x'])", 3000),
        ("subprocess.run(['fallocate', '-l', '1MiB', '/tmp/x'])", MB),
        ("os.system('dd if=/dev/urandom of=/tmp/x bs=4k count=3')", 12288),
        ("os.system('dd if=/dev/zero of=/tmp/x bs=2x512 count=3')", 3072),
    ],
)
def test_known_sizes(run: Run, body: str, size: int) -> None:
    assert _sizes(run(body))["/tmp/x"] == size


@pytest.mark.parametrize(
    "body",
    [
        "open('/tmp/x', 'wb').truncate(event['n'])",
        "open('/tmp/x', 'wb').truncate()",
        "open('/tmp/x', 'wb').truncate(-1)",
        "open('/tmp/x', 'wb').write(event['data'])",
        "open('/tmp/x', 'wb').write(bytes(event['n']))",
        "open('/tmp/x', 'wb').seek(1000)",
        "f = open('/tmp/x', 'wb')\nf.seek(1000, 2)",
        "open('/tmp/x', 'wb').write(bytes(10 ** 30))",
        "open('/tmp/x', 'wb').write(b'x' * 2 ** 200)",
        "path = '/tmp/x' if event['x'] else '/tmp/y'\nopen(path, 'wb').write(bytes(100))",
        "data = bytes(100) if event['x'] else event['y']\nopen('/tmp/x', 'wb').write(data)",
        "subprocess.run(['truncate', '-s', '+2K', '/tmp/x'])",
        "subprocess.run(['dd', 'if=/tmp/y', 'of=/tmp/x', 'bs=1M', 'count=3'])",
        "subprocess.run(['dd', 'if=/dev/zero', 'of=/tmp/x', 'bs=1M'])",
        "subprocess.run(['touch', '/tmp/x'])",
        "tempfile.SpooledTemporaryFile(10).write(bytes(100))",
        "shutil.copy('/var/task/missing.bin', '/tmp/x')",
        "shutil.copy('/etc/passwd', '/tmp/x')",
    ],
)
def test_unknown_sizes(run: Run, body: str) -> None:
    assert _sizes(run(body)) == {}


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 734003200\n"
FILES = {"model.bin": b"x" * 5000, "large.bin": POINTER, "data/a": b"x" * 10, "data/b/c": b"y" * 20}


@pytest.mark.parametrize(
    ("call", "size"),
    [
        ("shutil.copy('/var/task/model.bin', '/tmp/x')", 5000),
        ("shutil.copyfile('model.bin', '/tmp/x')", 5000),
        ("shutil.copy(Path(__file__).parent / 'large.bin', '/tmp/x')", 734003200),
        ("shutil.copytree('/var/task/data', '/tmp/x')", 30),
    ],
)
def test_files_of_the_package(run: Run, call: str, size: int) -> None:
    assert _sizes(run(call, files=FILES))["/tmp/x"] == size


def _archive(*members: tuple[str, int], claim: int | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in members:
            archive.writestr(name, bytes(size))
    content = buffer.getvalue()
    if claim is not None:
        at = content.rindex(b"PK\x05\x06") + 12
        content = content[:at] + struct.pack("<L", claim) + content[at + 4 :]
    return content


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (_archive(("a", 1000), ("b/c", 500)), 1500),
        (_archive(("a", 1000), claim=2**31), None),
        (_archive(("a", 1000), claim=0xFFFFFFFF), None),
        (_archive(("a", 1000))[:-30], None),
        (b"", None),
        (b"PK\x05\x06" * 100, None),
        (b"no archive", None),
    ],
    ids=["whole", "false claim", "largest claim", "cut off", "empty", "many ends", "no archive"],
)
@pytest.mark.parametrize(
    "call",
    [
        "zipfile.ZipFile('/var/task/data.zip').extractall('/tmp/x')",
        "shutil.unpack_archive('/var/task/data.zip', '/tmp/x')",
    ],
)
def test_archives_of_the_package(run: Run, call: str, content: bytes, size: int | None) -> None:
    assert _sizes(run(call, files={"data.zip": content})).get("/tmp/x") == size


FILL = "def fill(path, mb=400):\n    with open(path, 'wb') as out:\n        out.write(bytes(mb * 2**20))\n"


@pytest.mark.parametrize(
    ("body", "excess"),
    [
        ("fill('/tmp/a', 512)", []),
        ("fill('/tmp/a', 513)", [("/tmp/a", 513)]),
        ("fill('/tmp/a')\nfill('/tmp/b')", [("/tmp/b", 800)]),
        ("fill('/tmp/a')\nfill('/tmp/b')\nfill('/tmp/c')", [("/tmp/b", 800)]),
        ("fill('/tmp/a')\nfill('/tmp/a')", []),
        ("fill('/tmp/a')\nos.remove('/tmp/a')\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nos.remove('/tmp/a')\nopen('/tmp/a', 'ab').close()\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nopen('/tmp/a', 'wb').close()\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nos.truncate('/tmp/a', 0)\nfill('/tmp/b')", []),
        ("fill('/tmp/d/a')\nshutil.rmtree('/tmp/d')\nfill('/tmp/d/b')", []),
        ("if event['x']:\n    fill('/tmp/a')\nfill('/tmp/b')", []),
        ("if event['x']:\n    fill('/tmp/a')\nelse:\n    fill('/tmp/b')\nfill('/tmp/c', 100)", []),
        ("if event['x']:\n    return fill('/tmp/a')\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nif event['x']:\n    fill('/tmp/b')", [("/tmp/b", 800)]),
        ("if event['x']:\n    fill('/tmp/a')\n    fill('/tmp/b')", [("/tmp/b", 800)]),
        ("if not event['x']:\n    return 1\nfill('/tmp/a')\nfill('/tmp/b')", [("/tmp/b", 800)]),
        ("for x in event['x']:\n    fill('/tmp/a')\nfill('/tmp/b')", []),
        ("while event['x']:\n    fill('/tmp/a')\n    break\nelse:\n    fill('/tmp/b')", []),
        ("for x in event['x']:\n    fill(f'/tmp/{x}')", []),
        ("fill(f\"/tmp/{event['a']}\")\nfill(f\"/tmp/{event['b']}\")", []),
        ("fill(tempfile.mkdtemp() + '/a')\nfill(tempfile.mkdtemp() + '/b')", None),
        ("try:\n    fill('/tmp/a')\n    int(event['x'])\nexcept ValueError:\n    fill('/tmp/b')", []),
        ("try:\n    fill('/tmp/a')\nfinally:\n    os.remove('/tmp/a')\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nshutil.copy('/tmp/a', '/tmp/b')", [("/tmp/b", 800)]),
        ("fill('/tmp/a')\nshutil.move('/tmp/a', '/tmp/b')\nfill('/tmp/c')", [("/tmp/c", 800)]),
        ("fill('/tmp/a')\nos.replace('/tmp/a', '/tmp/b')", []),
        ("with tempfile.TemporaryDirectory() as d:\n    fill(d + '/a')\nfill('/tmp/b')", []),
        ("fill('/tmp/a')\nwith tempfile.NamedTemporaryFile() as f:\n    f.write(bytes(200 * 2**20))", None),
        ("d = tempfile.TemporaryDirectory()\nfill(d.name + '/a')\nfill('/tmp/b')", []),
    ],
)
def test_what_lies_in_tmp_at_one_time(run: Run, body: str, excess: list[tuple[str, int]] | None) -> None:
    found = _excess(run(body, before=FILL))
    if excess is None:
        assert len(found) == 1
    else:
        assert found == excess


def test_only_a_part_of_an_archive_has_no_known_size(run: Run) -> None:
    call = "zipfile.ZipFile('/var/task/data.zip').extractall('/tmp/x', members=['a'])"
    assert _sizes(run(call, files={"data.zip": _archive(("a", 1000), ("b", 500))})) == {}


def test_the_import_leaves_its_files_to_the_invocations(run: Run) -> None:
    assert _excess(run("fill('/tmp/b')", before=FILL + "fill('/tmp/a')\n")) == [("/tmp/b", 800)]


def test_the_settings_say_how_large_files_are(run: Run) -> None:
    before = "import boto3\ns3 = boto3.client('s3')\nbucket = boto3.resource('s3').Bucket('b')\n"
    download = "s3.download_file('models', 'v1/a.bin', '/tmp/x')"
    for pattern in ("s3://models/v1/*", "s3://models/*.bin", "v1/*", "/tmp/x", "*.bin"):
        assert _sizes(run(download, before=before, sizes=((pattern, 77),))) == {"/tmp/x": 77}, pattern
    for pattern in ("s3://other/*", "v2/*", "/tmp/y", "*.BIN"):
        assert _sizes(run(download, before=before, sizes=((pattern, 77),))) == {}, pattern
    into = "with open('/tmp/x', 'wb') as f:\n    s3.download_fileobj('models', 'v1/a.bin', f)"
    assert _sizes(run(into, before=before, sizes=(("s3://models/*", 77),))) == {"/tmp/x": 77}
    resource = "bucket.download_file('v1/a.bin', '/tmp/x')"
    assert _sizes(run(resource, before=before, sizes=(("v1/*", 77),))) == {"/tmp/x": 77}
    of_object = "boto3.resource('s3').Object('b', 'k.bin').download_file('/tmp/x')"
    assert _sizes(run(of_object, before=before, sizes=(("s3://b/*", 77),))) == {"/tmp/x": 77}
    first = (("*.bin", 5), ("s3://*", 6))
    assert _sizes(run(download, before=before, sizes=first)) == {"/tmp/x": 5}


def test_a_size_elsewhere_in_the_project_makes_the_default_uncertain(run: Run) -> None:
    files = {"main.tf": b'resource "aws_lambda_function" "f" {\n  ephemeral_storage { size = 4096 }\n}\n'}
    for given, assumed in (({}, False), (files, True)):
        (excess,) = [
            effect.lifetime.exceeds
            for effect in run("fill('/tmp/a', 600)", before=FILL, files=given)
            if effect.lifetime is not None and effect.lifetime.exceeds is not None
        ]
        assert (excess.room, excess.most, excess.assumed) == (512, 10240, assumed)


def test_of_alternative_sizes_the_smallest_is_kept() -> None:
    store = Store()
    store.set(SIZES, "base", (Number(5),))
    outcomes: list[Changes] = [
        {(SIZES, "both"): (Number(3),), (SIZES, "one"): (Number(9),), (SIZES, "base"): (Number(7),)},
        {(SIZES, "both"): (Number(2),)},
    ]
    store.merge(outcomes)
    kept = {name: store.get(SIZES, name) for name in ("both", "one", "base")}
    assert kept == {"both": (Number(2),), "one": None, "base": (Number(5),)}
