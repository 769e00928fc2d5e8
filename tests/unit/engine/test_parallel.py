from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from lambdalint.engine.parallel import MAX_BATCHES, POOL_PAYS_FROM, batches, portions, spread, workers
from lambdalint.model import Function, Room, Span


def function(number: int, code_root: str) -> Function:
    return Function(f"F{number}", "app.handler", code_root, Room(), Span.point("t.yaml", number), "test")


def double(number: int) -> int:
    if number < 0:
        os._exit(1)
    return 2 * number


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
        assert isinstance(pool, ProcessPoolExecutor)
    with ThreadPoolExecutor(1) as given, workers(1, 0, given) as pool:
        assert pool is given
