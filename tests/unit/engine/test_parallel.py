from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from lambdalint.engine.parallel import MAX_BATCHES, POOL_PAYS_FROM, batches, portions, spread, workers
from lambdalint.model import Function, Room, Span, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def function(number: int, code_root: str) -> Function:
    return Function(f"F{number}", "app.handler", code_root, Room(), Span.point("t.yaml", number), "test")


def double(number: int) -> int:
    if number < 0:
        os._exit(1)
    return 2 * number


def process_of(number: int) -> int:
    del number
    return os.getpid()


def lost(number: int) -> int:
    return number


def test_a_small_project_is_one_batch() -> None:
    functions = [function(number, f"r{number}") for number in range(40)]
    assert batches(functions, POOL_PAYS_FROM - 1) == [tuple(functions)]
    assert batches([], POOL_PAYS_FROM) == [()]


def test_batches_hold_whole_code_roots() -> None:
    functions = [function(number, f"r{number % 50:02}") for number in range(200)]
    divided = batches(functions, POOL_PAYS_FROM)
    roots = [{item.code_root for item in batch} for batch in divided]
    assert 2 <= len(divided) <= 2 * MAX_BATCHES
    assert sum(map(len, roots)) == 50
    assert sorted(item.name for batch in divided for item in batch) == sorted(item.name for item in functions)


def test_portions() -> None:
    assert portions([1, 2, 3, 4, 5], 2) == [(1, 2), (3, 4), (5,)]
    assert portions([], 2) == []


def test_results_keep_the_order_of_tasks() -> None:
    done: list[int] = []
    assert spread(double, [3, 1, 2], None, lost, done.append) == [6, 2, 4]
    with ThreadPoolExecutor(3) as pool:
        assert spread(double, [3, 1, 2], pool, lost, done.append) == [6, 2, 4]
    assert done == [1, 2, 3, 1, 2, 3]


def test_a_dying_worker_loses_its_own_task_only() -> None:
    with ProcessPoolExecutor(2) as pool:
        assert spread(double, [1, -5, 2, 3], pool, lost) == [2, -5, 4, 6]


def test_a_pool_starts_only_where_it_pays() -> None:
    with workers(8, POOL_PAYS_FROM - 1) as pool:
        assert pool is None
    with workers(1, POOL_PAYS_FROM) as pool:
        assert pool is None
    with workers(2, POOL_PAYS_FROM) as pool:
        assert pool is not None
        assert spread(process_of, [], pool, lost) == []
        assert not multiprocessing.active_children()
        assert os.getpid() not in spread(process_of, [1, 2], pool, lost)
    assert not multiprocessing.active_children()
    with ThreadPoolExecutor(1) as given, workers(1, 0, given) as pool:
        assert pool is given


def which(tree: Tree) -> tuple[int, int, bytes | None]:
    """Return the process, what the tree is in it, and what it reads."""
    return os.getpid(), id(tree), tree.read("app.py")


def nothing(tree: Tree) -> tuple[int, int, bytes | None]:
    return 0, 0, None


@pytest.fixture(params=["fork", "spawn"])
def start_method(request: pytest.FixtureRequest) -> Iterator[str]:
    """How processes start."""
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method(request.param, force=True)
    yield request.param
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("start_method")
def test_a_process_has_the_tree_of_its_pool_once(tmp_path: Path) -> None:
    tree = Tree(tmp_path, ("app.py",), {"app.py": b"unsaved"})
    other = Tree(tmp_path, ("app.py",), {"app.py": b"other"})
    with workers(2, POOL_PAYS_FROM, tree=tree) as pool:
        assert pool is not None
        found = spread(which, [tree] * 6, pool, nothing)
        assert spread(which, [other], pool, nothing)[0][2] == b"other"
    assert {content for _, _, content in found} == {b"unsaved"}
    assert len({(process, identity) for process, identity, _ in found}) == len({process for process, _, _ in found})
