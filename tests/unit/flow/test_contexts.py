"""Clean-up by objects: context managers of every kind, registered callbacks, finalizers."""

from __future__ import annotations

import pytest
from snippets import Analysed, analysed, fate, invoked, marked, with_path

from lambdalint.model import Removal

ALWAYS, ON_SUCCESS, SOMETIMES, NEVER = Removal.ALWAYS, Removal.ON_SUCCESS, Removal.SOMETIMES, Removal.NEVER

GUARDED = """
@contextlib.contextmanager
def scratch():
    path = f"/tmp/{uuid.uuid4()}"
    open(path, "w")  # made
    try:
        yield path
    finally:
        os.remove(path)
"""
UNGUARDED = """
@contextlib.contextmanager
def scratch():
    path = f"/tmp/{uuid.uuid4()}"
    open(path, "w")  # made
    yield path
    os.remove(path)  # removal
"""
CLASS = """
class Scratch:
    def __enter__(self):
        self.path = f"/tmp/{uuid.uuid4()}"
        open(self.path, "w")  # made
        return self.path

    def __exit__(self, *details):
        os.remove(self.path)
"""
CLOSABLE = """
class Scratch:
    def __init__(self):
        self.path = f"/tmp/{uuid.uuid4()}"
        open(self.path, "w")  # made

    def close(self):
        os.remove(self.path)  # removal
"""
FINALIZED = CLOSABLE.replace("close", "__del__")
ASYNC_CLASS = CLASS.replace("def __", "async def __a")
ASYNC_GUARDED = GUARDED.replace("contextmanager", "asynccontextmanager").replace("def scratch", "async def scratch")

USES = [
    "with {}:\n    requests.get('u')",
    "with {} as it:\n    if event['x']:\n        return it\n    requests.get('u')\n    return 1",
    "for row in event['rows']:\n    with {}:\n        if row:\n            continue\n        requests.get(row)",
    "for row in event['rows']:\n    with {}:\n        if row:\n            break",
    "with contextlib.ExitStack() as stack:\n    stack.enter_context({})\n    requests.get('u')",
    "with contextlib.ExitStack() as stack:\n    for row in event['rows']:\n        stack.enter_context({})",
    "with open('/tmp/log', 'w'), {}:\n    requests.get('u')",
    "try:\n    with {}:\n        requests.get('u')\nexcept Exception:\n    return 1",
]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("before", "context"), [(GUARDED, "scratch()"), (CLASS, "Scratch()")])
def test_a_context_manager_removes_on_each_way(before: str, context: str, use: str) -> None:
    assert fate(invoked(use.format(context), before)) == (ALWAYS, None, None)


@pytest.mark.parametrize(("before", "context"), [(ASYNC_GUARDED, "scratch()"), (ASYNC_CLASS, "Scratch()")])
def test_an_asynchronous_context_manager_removes(before: str, context: str) -> None:
    body = f"async def main():\n    async with {context}:\n        requests.get('u')\nasyncio.run(main())"
    assert fate(invoked(body, before)) == (ALWAYS, None, None)


@pytest.mark.parametrize(
    ("removed", "body"),
    [
        (ALWAYS, "with scratch():\n    pass"),
        (ALWAYS, "with scratch():\n    if event['x']:\n        return 1"),
        (ON_SUCCESS, "with scratch():\n    requests.get('u')  # leaves"),
        (ON_SUCCESS, "with scratch():\n    if event['x']:\n        raise ValueError  # leaves"),
    ],
)
def test_a_generator_without_finally_removes_unless_the_block_raises(removed: Removal, body: str) -> None:
    # A return is no exception: the generator is resumed after its yield.
    found = invoked(body, UNGUARDED)
    assert fate(found)[0] is removed
    assert fate(found)[2] == marked(found, removed)[2]


@pytest.mark.parametrize(
    ("removed", "answer"),
    [
        (ALWAYS, "return True"),
        (ON_SUCCESS, "return False"),
        (ON_SUCCESS, "pass"),
        (ON_SUCCESS, "return kind is OSError"),
    ],
)
def test_a_context_manager_that_swallows_exceptions_lets_the_removal_follow(removed: Removal, answer: str) -> None:
    before = f"""
class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        {answer}
"""
    body = "open(path, 'w')  # made\nwith Quiet():\n    requests.get('u')\nos.remove(path)"
    assert fate(with_path(body, before))[0] is removed


@pytest.mark.parametrize(
    ("removed", "clean_up"),
    [
        (ALWAYS, "if kind is not None:\n            print(error)\n        os.remove(self.path)"),
        (ALWAYS, "if error:\n            print(error)\n        os.remove(self.path)\n        return False"),
        (SOMETIMES, "if kind:\n            os.remove(self.path)"),
    ],
)
def test_a_context_manager_may_tell_success_from_failure(removed: Removal, clean_up: str) -> None:
    before = CLASS.replace("*details", "kind, error, trace").replace("os.remove(self.path)", clean_up)
    assert fate(invoked("with Scratch():\n    requests.get('u')", before))[0] is removed


def test_a_context_that_is_entered_by_hand_is_not_left() -> None:
    assert fate(invoked("Scratch().__enter__()", CLASS)) == (NEVER, None, None)


@pytest.mark.parametrize(
    ("removed", "body"),
    [
        (ALWAYS, "with contextlib.closing(Scratch()):\n    requests.get('u')"),
        (ALWAYS, "it = Scratch()\ntry:\n    requests.get('u')\nfinally:\n    it.close()"),
        (ALWAYS, "with contextlib.ExitStack() as stack:\n    stack.callback(Scratch().close)\n    requests.get('u')"),
        (ON_SUCCESS, "it = Scratch()\nrequests.get('u')  # leaves\nit.close()"),
        (NEVER, "Scratch()"),
    ],
)
def test_an_object_removes_when_it_is_closed(removed: Removal, body: str) -> None:
    found = invoked(body, CLOSABLE)
    assert (fate(found)[0], fate(found)[2]) == (removed, marked(found, removed)[2])


@pytest.mark.parametrize(
    "body", ["it = Scratch()\nrequests.get('u')", "Scratch()", "if event['x']:\n    it = Scratch()"]
)
def test_an_object_removes_when_the_invocation_is_over(body: str) -> None:
    assert fate(invoked(body, FINALIZED)) == (ALWAYS, None, None)


def test_weakref_finalize_removes_when_the_invocation_is_over() -> None:
    body = """
    import weakref
    path = f"/tmp/{uuid.uuid4()}"
    open(path, "w")  # made
    weakref.finalize(Thing(), os.remove, path)
    """
    assert fate(invoked(body, "class Thing:\n    pass\n")) == (ALWAYS, None, None)


STACKS = {
    "a callback": (ALWAYS, "stack.callback(os.remove, path)\nopen(path, 'w')  # made\nrequests.get('u')"),
    "a lambda": (ALWAYS, "stack.callback(lambda: os.remove(path))\nopen(path, 'w')  # made\nrequests.get('u')"),
    "a callback after it is made": (
        ALWAYS,
        "open(path, 'w')  # made\nstack.callback(os.remove, path)\nrequests.get('u')",
    ),
    "an early return": (
        ALWAYS,
        "stack.callback(os.remove, path)\nopen(path, 'w')  # made\nif event['x']:\n    return 1\nrequests.get('u')",
    ),
    "another path": (NEVER, "stack.callback(os.remove, path + '.part')\nopen(path, 'w')  # made"),
    "what is handed over": (NEVER, "stack.callback(os.remove, path)\nopen(path, 'w')  # made\nstack.pop_all()"),
    "what is handed over and closed": (
        ALWAYS,
        "stack.callback(os.remove, path)\nopen(path, 'w')  # made\nother = stack.pop_all()\nother.close()",
    ),
    "what is handed over to a block": (
        ALWAYS,
        "stack.callback(os.remove, path)\nopen(path, 'w')  # made\nwith stack.pop_all():\n    requests.get('u')",
    ),
}


@pytest.mark.parametrize(("removed", "body"), STACKS.values(), ids=STACKS)
def test_an_exit_stack_removes_what_is_registered(removed: Removal, body: str) -> None:
    block = body.replace("\n", "\n    ")
    found = invoked(f"path = f'/tmp/{{uuid.uuid4()}}'\nwith contextlib.ExitStack() as stack:\n    {block}")
    assert fate(found) == (removed, None, None)


def test_an_exit_stack_that_is_closed_by_hand_removes() -> None:
    body = "stack = contextlib.ExitStack()\nstack.enter_context(Scratch())\nstack.close()"
    assert fate(invoked(body, CLASS)) == (ALWAYS, None, None)


TEMPORARY = {
    "with": (ALWAYS, "with tempfile.TemporaryDirectory() as folder:\n    {}"),
    "held": (ALWAYS, "held = tempfile.TemporaryDirectory()\nfolder = held.name\n{}"),
    "cleaned up": (ALWAYS, "held = tempfile.TemporaryDirectory()\nfolder = held.name\n{}\nheld.cleanup()"),
    "on a stack": (
        ALWAYS,
        "with contextlib.ExitStack() as it:\n    folder = it.enter_context(tempfile.TemporaryDirectory())\n    {}",
    ),
    "asked to stay": (NEVER, "with tempfile.TemporaryDirectory(delete=False) as folder:\n    {}"),
    "mkdtemp": (NEVER, "folder = tempfile.mkdtemp()\n{}"),
    "mkdtemp and rmtree": (ALWAYS, "folder = tempfile.mkdtemp()\n{}\nshutil.rmtree(folder)"),
}
BELOW = ["open(folder + '/a', 'w')  # made", "Path(folder, 'a', event['x']).mkdir()  # made"]


@pytest.mark.parametrize("making", BELOW)
@pytest.mark.parametrize(("removed", "body"), TEMPORARY.values(), ids=TEMPORARY)
def test_a_temporary_directory_owns_what_lies_below_it(removed: Removal, body: str, making: str) -> None:
    assert fate(invoked(body.format(making)))[0] is removed


@pytest.mark.parametrize(
    ("removed", "making"),
    [
        (ALWAYS, "tempfile.NamedTemporaryFile()"),
        (ALWAYS, "tempfile.TemporaryFile()"),
        (ALWAYS, "tempfile.TemporaryDirectory()"),
        (NEVER, "tempfile.NamedTemporaryFile(delete=False)"),
        (NEVER, "tempfile.mkdtemp()"),
        (NEVER, "tempfile.mkstemp()"),
    ],
)
def test_temporary_objects_remove_themselves_or_not(removed: Removal, making: str) -> None:
    assert fate(invoked(f"it = {making}  # made")) == (removed, None, None)


@pytest.mark.parametrize(
    "body",
    [
        "with tempfile.NamedTemporaryFile(delete=False) as out:  # made\n    out.write(b'a')\nos.unlink(out.name)",
        "_, path = tempfile.mkstemp()  # made\nos.remove(path)",
        "_, path = tempfile.mkstemp()  # made\ntry:\n    requests.get('u')\nfinally:\n    os.remove(path)",
    ],
)
def test_a_temporary_file_is_removed_by_its_name(body: str) -> None:
    assert fate(invoked(body)) == (ALWAYS, None, None)


def _web(module: str) -> Analysed:
    return analysed(f"{module}\nfrom mangum import Mangum\nhandler = Mangum(app)\n")


@pytest.mark.parametrize(
    ("removed", "task"),
    [(ALWAYS, "tasks.add_task(os.remove, path)"), (NEVER, "tasks.add_task(print, path)")],
)
def test_a_background_task_removes_after_the_response(removed: Removal, task: str) -> None:
    module = f"""
from fastapi import BackgroundTasks, FastAPI
app = FastAPI()

@app.post("/files")
def receive(tasks: BackgroundTasks):
    path = f"/tmp/{{uuid.uuid4()}}"
    open(path, "w")  # made
    {task}
    return 1
"""
    assert fate(_web(module)) == (removed, None, None)
