from __future__ import annotations

from msgspec.structs import replace

from lambdalint.catalogue import load
from lambdalint.deployment.rooms import base_room, complete, merge_environment, same_room
from lambdalint.model import EnvironmentVariable, Layer, Mount, Room, Span


def _value(room: Room, name: str) -> str | None:
    return next(variable.value for variable in room.env if variable.name == name)


def _names(room: Room) -> set[str]:
    return {variable.name for variable in room.env}


def test_the_room_of_aws_lambda_has_its_home_and_environment() -> None:
    room = base_room("aws-lambda", load())
    assert (room.cwd, room.task_root, room.writable, room.tmp_mb) == (
        "/var/task",
        "/var/task",
        ("/tmp",),
        512,
    )
    assert room.home == "/home/sbx_user1051"
    assert _value(room, "LAMBDA_TASK_ROOT") == "/var/task"


def test_a_variable_that_the_platform_sets_to_something_of_its_own_has_no_value() -> None:
    assert _value(base_room("aws-lambda", load()), "AWS_LAMBDA_FUNCTION_NAME") is None


def test_genezio_runs_in_its_package_folder() -> None:
    room = base_room("genezio", load())
    assert (room.cwd, room.tmp_mb) == ("/tmp/package", 128)


def test_an_unknown_platform_keeps_its_name_in_the_room_of_aws_lambda() -> None:
    room = base_room("nimbus", load())
    assert (room.platform, room.cwd) == ("nimbus", "/var/task")


def test_later_scopes_of_the_environment_win() -> None:
    merged = merge_environment(
        (EnvironmentVariable("A", "1"), EnvironmentVariable("B", "1")), (EnvironmentVariable("A", "2"),)
    )
    assert [(variable.name, variable.value) for variable in merged] == [("A", "2"), ("B", "1")]


def test_completion_adds_what_the_platform_sets_without_overriding_the_template() -> None:
    room = complete(Room(env=(EnvironmentVariable("TZ", "Europe/Berlin"),)), load())
    assert _value(room, "TZ") == "Europe/Berlin"
    assert "AWS_REGION" in _names(room)
    assert room.home == "/home/sbx_user1051"


def test_completion_takes_home_from_the_template() -> None:
    assert complete(Room(env=(EnvironmentVariable("HOME", "/tmp"),)), load()).home == "/tmp"


def test_a_home_of_unknown_value_makes_the_home_unknown() -> None:
    assert complete(Room(env=(EnvironmentVariable("HOME", None),)), load()).home is None


def test_completion_adds_the_users_writable_places_once() -> None:
    room = complete(Room(), load(), ("/mnt/scratch", "/tmp"))
    assert room.writable == ("/tmp", "/mnt/scratch")


def test_completion_twice_changes_nothing() -> None:
    once = complete(Room(env=(EnvironmentVariable("A", None),)), load(), ("/data",))
    assert complete(once, load(), ("/data",)) == once


def test_rooms_that_differ_only_in_where_they_are_stated_are_the_same() -> None:
    here, there = Span.point("a.yml", 3), Span.point("b.yml", 9)
    first = Room(
        env=(EnvironmentVariable("A", "1", here), EnvironmentVariable("B", "2", here)),
        mounts=(Mount("/mnt/x", "efs", here),),
        layers=(Layer("l", None, here),),
        spans=(("timeout", here),),
    )
    second = Room(
        env=(EnvironmentVariable("B", "2", there), EnvironmentVariable("A", "1", there)),
        mounts=(Mount("/mnt/x", "efs", there),),
        layers=(Layer("l", None, there),),
    )
    assert same_room(first, second)
    assert not same_room(first, replace(second, tmp_mb=1024))
