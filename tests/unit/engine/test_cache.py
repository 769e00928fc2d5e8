from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdalint.engine.cache import Cache, content_hash

if TYPE_CHECKING:
    from pathlib import Path


def stored(folder: Path, **values: bytes) -> Path:
    cache = Cache(folder, "facts")
    for key, value in values.items():
        cache.put(key, value)
    assert cache.save()
    (file,) = folder.glob("*.cache")
    return file


def test_values_come_back_in_the_next_run(tmp_path: Path) -> None:
    stored(tmp_path / "cache", a=b"one", b=b"")
    cache = Cache(tmp_path / "cache", "facts")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"one", b"", None)


def test_the_folder_is_marked_as_a_cache(tmp_path: Path) -> None:
    stored(tmp_path / "cache", a=b"one")
    assert (tmp_path / "cache/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "cache/.gitignore").read_text() == "*\n"
    assert not list((tmp_path / "cache").glob("*.tmp"))


def test_another_prefix_sees_nothing(tmp_path: Path) -> None:
    stored(tmp_path, a=b"one")
    assert Cache(tmp_path, "other").get("a") is None


def test_two_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    first, second = Cache(tmp_path, "facts"), Cache(tmp_path, "facts")
    first.put("a", b"one")
    second.put("b", b"two")
    assert first.save()
    assert second.save()
    third = Cache(tmp_path, "facts")
    assert (third.get("a"), third.get("b")) == (b"one", b"two")


@pytest.mark.parametrize("content", [b"", b"junk", b"lambdalint cache 1\n", b"lambdalint cache 1\n" + b"\xff" * 40])
def test_a_broken_file_is_rebuilt(tmp_path: Path, content: bytes) -> None:
    stored(tmp_path, a=b"one").write_bytes(content)
    cache = Cache(tmp_path, "facts")
    assert cache.get("a") is None
    cache.put("a", b"two")
    assert cache.save()
    assert Cache(tmp_path, "facts").get("a") == b"two"


def test_a_broken_entry_is_missed_and_the_others_stay(tmp_path: Path) -> None:
    file = stored(tmp_path, a=b"first-value", b=b"second-value")
    file.write_bytes(file.read_bytes().replace(b"first-value", b"FIRST-value"))
    cache = Cache(tmp_path, "facts")
    assert (cache.get("a"), cache.get("b")) == (None, b"second-value")


def test_every_truncation_is_survived(tmp_path: Path) -> None:
    file = stored(tmp_path, a=b"first", b=b"second")
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert Cache(tmp_path, "facts").get("b") is None


def test_a_folder_that_cannot_be_made_leaves_the_cache_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "cache", "facts")
    cache.put("a", b"one")
    assert not cache.save()
    assert cache.get("a") == b"one"


def test_a_linked_folder_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "elsewhere")
    cache = Cache(tmp_path / "cache", "facts")
    cache.put("a", b"one")
    assert not cache.save()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_old_prefixes_are_cleared_away(tmp_path: Path) -> None:
    for number in range(12):
        cache = Cache(tmp_path, f"version {number}")
        cache.put("a", b"one")
        assert cache.save()
    assert len(list(tmp_path.glob("*.cache"))) == 8


def test_the_key_depends_on_the_content_only() -> None:
    assert content_hash(b"x = 1\n") == content_hash(b"x = 1\n")
    assert content_hash(b"x = 1\n") != content_hash(b"x = 2\n")


def aged(file: Path, *keys: str) -> None:
    """Make a cache file say that values were asked for last long ago."""
    content = file.read_bytes()
    start = content.index(b"\n") + 9
    end = start + int.from_bytes(content[start - 8 : start], "big")
    index = msgspec.msgpack.decode(content[start:end])
    for key in keys:
        index[key][3] = 1
    head = msgspec.msgpack.encode(index)
    file.write_bytes(content[: start - 8] + len(head).to_bytes(8, "big") + head + content[end:])


def test_values_that_nobody_asks_for_go(tmp_path: Path) -> None:
    aged(stored(tmp_path, a=b"one", b=b"two", c=b"three"), "a", "b")
    cache = Cache(tmp_path, "facts")
    assert cache.get("a") == b"one"
    assert cache.save()
    again = Cache(tmp_path, "facts")
    assert [again.get(key) for key in "abc"] == [b"one", None, b"three"]


def test_of_some_kinds_only_the_newest_stay(tmp_path: Path) -> None:
    aged(stored(tmp_path, **{"state|1": b"1", "state|2": b"2", "other|1": b"3"}), "state|1")
    cache = Cache(tmp_path, "facts", {"state": 2})
    cache.put("state|3", b"4")
    assert cache.save()
    again = Cache(tmp_path, "facts")
    assert [again.get(key) for key in ("state|1", "state|2", "state|3", "other|1")] == [None, b"2", b"4", b"3"]


def test_values_of_another_user_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
    stored(tmp_path / "cache", a=b"one")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "ours"))
    assert Cache(tmp_path / "cache", "facts").get("a") is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "theirs"))
    assert Cache(tmp_path / "cache", "facts").get("a") == b"one"


def test_a_value_under_another_key_is_not_there(tmp_path: Path) -> None:
    file = stored(tmp_path, a=b"one", b=b"two")
    file.write_bytes(file.read_bytes().replace(b"\xa1a\x94", b"\xa1c\x94", 1))
    cache = Cache(tmp_path, "facts")
    assert [cache.get(key) for key in "abc"] == [None, b"two", None]


def test_without_a_place_for_the_secret_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    cache = Cache(tmp_path / "cache", "facts")
    cache.put("a", b"one")
    assert cache.get("a") == b"one"
    assert not cache.save()
    assert not (tmp_path / "cache").exists()
