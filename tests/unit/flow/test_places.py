"""From a text to the place it means in a room."""

from __future__ import annotations

import pytest

from lambdalint.flow.places import Rooms
from lambdalint.flow.text import CWD_MARK, hole_text
from lambdalint.model import Base, Hole, HoleKind, Mount, Room

REQUEST = hole_text(Hole(HoleKind.REQUEST, "event['name']"))
UNIQUE = hole_text(Hole(HoleKind.UNIQUE, "uuid4()", confined=True))
KEY = hole_text(Hole(HoleKind.REQUEST, "event['key']"))
LAMBDA = Room(mounts=(Mount("/mnt/data", "efs"),))
GENEZIO = Room(platform="genezio", cwd="/tmp/package", task_root="/tmp/package")


@pytest.mark.parametrize(
    ("text", "base", "path"),
    [
        ("/tmp/a.csv", Base.TMP, "/tmp/a.csv"),
        ("/tmp", Base.TMP, "/tmp"),
        ("/tmpfoo/a", Base.ABSOLUTE, "/tmpfoo/a"),
        ("/tmp/../etc/x", Base.ABSOLUTE, "/etc/x"),
        ("//tmp/a", Base.TMP, "/tmp/a"),
        ("out/a.csv", Base.TASK, "/var/task/out/a.csv"),
        ("./a.csv", Base.TASK, "/var/task/a.csv"),
        ("../a.csv", Base.ABSOLUTE, "/var/a.csv"),
        ("/var/task/a.csv", Base.PACKAGE, "/var/task/a.csv"),
        ("/opt/python/x", Base.LAYER, "/opt/python/x"),
        ("/home/sbx_user1051/x", Base.HOME, "/home/sbx_user1051/x"),
        ("/home/other/x", Base.ABSOLUTE, "/home/other/x"),
        ("/mnt/data/x", Base.MOUNT, "/mnt/data/x"),
        ("/mnt/other/x", Base.ABSOLUTE, "/mnt/other/x"),
        ("/dev/null", Base.DEVICE, "/dev/null"),
        ("/dev/shm/x", Base.SHM, "/dev/shm/x"),
        (":memory:", Base.MEMORY, ":memory:"),
        ("s3://bucket/x", Base.REMOTE, "s3://bucket/x"),
        ("file:///tmp/x", Base.TMP, "/tmp/x"),
        ("sqlite:///a.db", Base.TASK, "/var/task/a.db"),
        ("sqlite:////tmp/a.db?mode=rwc", Base.TMP, "/tmp/a.db"),
        (f"/tmp/{REQUEST}", Base.TMP, "/tmp/{event['name']}"),
        (f"{UNIQUE}.csv", Base.TASK, "/var/task/{uuid4()}.csv"),
        (f"{KEY}", Base.TASK, "/var/task/{event['key']}"),
        (f"{REQUEST}/x", Base.UNKNOWN, "{event['name']}/x"),
        (f"/{REQUEST}/x", Base.UNKNOWN, "/{event['name']}/x"),
    ],
)
def test_places_of_lambda(text: str, base: Base, path: str) -> None:
    place = Rooms(LAMBDA).place(text, "/var/task" + CWD_MARK)
    assert place is not None
    assert (place.base, place.path) == (base, path)


def test_a_relative_path_follows_the_working_directory() -> None:
    place = Rooms(LAMBDA).place("a.csv", "/tmp/work")
    assert place is not None
    assert (place.base, place.path, place.expression) == (Base.TMP, "/tmp/work/a.csv", "a.csv")


def test_the_code_of_genezio_is_read_only_although_it_lies_below_tmp() -> None:
    rooms = Rooms(GENEZIO)
    relative = rooms.place("a.csv", "/tmp/package" + CWD_MARK)
    absolute = rooms.place("/tmp/package/a.csv", "/tmp/package" + CWD_MARK)
    scratch = rooms.place("/tmp/a.csv", "/tmp/package" + CWD_MARK)
    assert [place and place.base for place in (relative, absolute, scratch)] == [Base.TASK, Base.PACKAGE, Base.TMP]


@pytest.mark.parametrize(
    "text", ["", "file:", "file://", "file:?mode=memory", "sqlite://", "sqlite:///", "sqlite://?a=b"]
)
def test_no_path_is_no_place(text: str) -> None:
    assert Rooms(LAMBDA).place(text, "/var/task") is None
