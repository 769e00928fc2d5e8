"""Calls like earlier ones are not run again, and do what they would do; ``analysed`` compares with running all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snippets import Analysed, analysed

from lambdalint.flow import calls

if TYPE_CHECKING:
    import pytest


def _runs(monkeypatch: pytest.MonkeyPatch, source: str) -> tuple[Analysed, list[str]]:
    """Analyse a snippet; return the names of the functions whose bodies were run with shortcuts, in their order."""
    names: list[str] = []
    run = calls._run

    def noted(machine, pending, facts, *rest):  # type: ignore[no-untyped-def]  # as the function that it stands for
        if machine.shortcuts:
            names.append(facts.qualname)
        return run(machine, pending, facts, *rest)

    monkeypatch.setattr(calls, "_run", noted)
    return analysed(source), names


def _count(monkeypatch: pytest.MonkeyPatch, source: str, name: str) -> int:
    return _runs(monkeypatch, source)[1].count(name)


def test_a_list_of_the_same_content_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def first(items):
            items.append("c")
            return items[0]

        def handler(event, context):
            open("/var/log/" + first(["a", "b"]), "w")  # one
            open("/opt/" + first(["a", "b"]), "w")  # two
    """
    found, names = _runs(monkeypatch, source)
    assert names.count("first") == 1
    assert [found.by_line[found.line(mark)][0].place.path for mark in ("one", "two")] == ["/var/log/a", "/opt/a"]


def test_a_list_of_another_content_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def first(items):
            return items[0]

        def handler(event, context):
            open("/opt/" + first(["a"]), "w")  # one
            open("/opt/" + first(["b"]), "w")  # two
    """
    found, names = _runs(monkeypatch, source)
    assert names.count("first") == 2
    assert [found.by_line[found.line(mark)][0].place.path for mark in ("one", "two")] == ["/opt/a", "/opt/b"]


def test_keys_that_are_listed_count(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def names(record):
            return "-".join(record)

        def handler(event, context):
            open("/opt/" + names({"a": 1}), "w")  # one
            open("/opt/" + names({"a": 1, "b": 2}), "w")  # two
    """
    assert _count(monkeypatch, source, "names") == 2


def test_what_a_call_makes_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def made():
            return {"folder": "/tmp"}

        def handler(event, context):
            one, two = made(), made()
            one["folder"] = "/opt"
            open(two["folder"] + "/x", "w")  # written
            open(one["folder"] + "/x", "w")  # refused
    """
    found, names = _runs(monkeypatch, source)
    assert names.count("made") == 1
    paths = [[effect.place.path for effect in found.by_line[found.line(mark)]] for mark in ("written", "refused")]
    assert paths == [["/tmp/x"], ["/opt/x"]]


def test_a_variable_that_the_function_reads_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        FOLDER = "/opt"

        def path():
            return FOLDER + "/x"

        def handler(event, context):
            global FOLDER
            open(path(), "w")  # one
            FOLDER = "/srv"
            open(path(), "w")  # two
    """
    found, names = _runs(monkeypatch, source)
    assert names.count("path") == 2
    assert found.by_line[found.line("two")][0].place.path == "/srv/x"


def test_effects_are_noted_again_where_the_way_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def refused(name):
            open("/opt/" + name, "w")  # made

        def longer():
            refused("x")

        def handler(event, context):
            longer()
            refused("x")
    """
    found, names = _runs(monkeypatch, source)
    assert names.count("refused") == 1
    (effect,) = found.by_line[found.line("made")]
    assert [step.text for step in effect.chain][1:] == ["handler calls refused"]


def test_a_call_that_may_fail_fails_again_with_other_files_in_tmp(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def fetch():
            return requests.get("https://example.com").json()

        def handler(event, context):
            first, second = f"/tmp/{uuid.uuid4()}", f"/tmp/{uuid.uuid4()}"
            open(first, "w")  # first
            fetch()
            os.remove(first)
            open(second, "w")  # second
            fetch()
            os.remove(second)
    """
    found, names = _runs(monkeypatch, source)
    # An invocation that may leave something is evaluated twice; what a call did holds for both.
    assert names == ["handler", "fetch", "handler"]
    for mark in ("first", "second"):
        skipped = found.lifetime(mark).skipped
        assert skipped is not None
        assert skipped.text == "get"


def test_a_loop_that_changes_nothing_that_it_reads_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        def label(name):
            return name.strip()

        def handler(event, context):
            open("/opt/x", "w")
            for record in event["Records"]:
                size = len(label(record["key"]))
    """
    assert _count(monkeypatch, source, "label") == 1


def test_a_new_name_is_new_in_later_invocations_too() -> None:
    source = """
        def name():
            return str(uuid.uuid4())

        def handler(event, context):
            open("/tmp/" + name(), "w")  # made
    """
    assert not analysed(source).lifetime().bounded


def test_what_is_set_by_then_is_found_in_later_invocations() -> None:
    source = """
        class Store:
            pass

        STORE = Store()

        def folder():
            if not hasattr(STORE, "folder"):
                STORE.folder = tempfile.mkdtemp()  # made
            return STORE.folder

        def handler(event, context):
            return len(folder())
    """
    assert analysed(source).lifetime().bounded
