"""``try`` statements: what is removed on each way through handlers and ``finally``."""

from __future__ import annotations

import pytest
from snippets import fate, marked, with_path

from lambdalint.model import Removal

ALWAYS, ON_SUCCESS, SOMETIMES, NEVER = Removal.ALWAYS, Removal.ON_SUCCESS, Removal.SOMETIMES, Removal.NEVER

FINALLY = {
    "after what may fail": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            os.remove(path)
        """,
    ),
    "that is entered too late": (
        ON_SUCCESS,
        """
        open(path, "w")  # made
        requests.get(event["url"])  # leaves
        try:
            requests.get(event["url"])
        finally:
            os.remove(path)  # removal
        """,
    ),
    "on an early return": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            if event["x"]:
                return 1
        finally:
            os.remove(path)
        """,
    ),
    "on continue and break": (
        ALWAYS,
        """
        for row in event["rows"]:
            path = f"/tmp/{uuid.uuid4()}"
            try:
                open(path, "w")  # made
                if row == 1:
                    continue
                if row == 2:
                    break
            finally:
                os.remove(path)
        """,
    ),
    "that returns": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            os.remove(path)
            return 1
        """,
    ),
    "that fails before the removal": (
        ON_SUCCESS,
        """
        try:
            open(path, "w")  # made
        finally:
            requests.get(event["url"])  # leaves
            os.remove(path)  # removal
        """,
    ),
    "that removes something else": (
        NEVER,
        """
        try:
            open(path, "w")  # made
        finally:
            os.remove(path + ".part")
        """,
    ),
    "that tests for the file": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            if os.path.exists(path):
                os.remove(path)
        """,
    ),
    "that tests whether there is a path": (
        ALWAYS,
        """
        path = None
        try:
            path = f"/tmp/{uuid.uuid4()}"
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            if path is not None:
                os.remove(path)
        """,
    ),
    "that minds no missing file": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            Path(path).unlink(missing_ok=True)
        """,
    ),
    "that minds no failure": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            try:
                os.remove(path)
            except OSError:
                pass
        """,
    ),
    "that suppresses failures": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        """,
    ),
    "that removes a list of paths": (
        ALWAYS,
        """
        paths = []
        try:
            for row in event["rows"]:
                path = f"/tmp/{uuid.uuid4()}"
                paths.append(path)
                open(path, "w")  # made
                requests.get(row)
        finally:
            for path in paths:
                os.remove(path)
        """,
    ),
    "that removes paths which may be None": (
        ALWAYS,
        """
        second = None
        try:
            open(path, "w")
            if event["x"]:
                second = f"/tmp/{uuid.uuid4()}"
                open(second, "w")  # made
            requests.get(event["url"])
        finally:
            for each in (path, second):
                if each:
                    os.remove(each)
        """,
    ),
    "of an outer try": (
        ALWAYS,
        """
        try:
            try:
                open(path, "w")  # made
                requests.get(event["url"])
            except ValueError:
                raise
        finally:
            os.remove(path)
        """,
    ),
    "after a handler that raises": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except Exception as error:
            raise RuntimeError from error
        finally:
            os.remove(path)
        """,
    ),
}


@pytest.mark.parametrize(("removed", "body"), FINALLY.values(), ids=FINALLY)
def test_finally_removes_on_each_way(removed: Removal, body: str) -> None:
    found = with_path(body)
    assert fate(found) == marked(found, removed)


HANDLERS = {
    "removes and raises again": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except Exception:
            os.remove(path)
            raise
        os.remove(path)
        """,
    ),
    "removes, and so does else": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except Exception:
            os.remove(path)
        else:
            os.remove(path)
        """,
    ),
    "removes, and success does not": (
        SOMETIMES,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except Exception:
            os.remove(path)  # removal
            raise
        """,
    ),
    "does not remove, but else does": (
        ON_SUCCESS,
        """
        open(path, "w")  # made
        try:
            requests.get(event["url"])  # leaves
        except Exception:
            pass
        else:
            os.remove(path)  # removal
        """,
    ),
    "raises again": (
        ON_SUCCESS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])  # leaves
        except Exception:
            raise
        os.remove(path)  # removal
        """,
    ),
    "swallows": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except Exception:
            pass
        os.remove(path)
        """,
    ),
    "is bare": (
        ALWAYS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])
        except:
            print("failed")
        os.remove(path)
        """,
    ),
    "returns": (
        ON_SUCCESS,
        """
        try:
            open(path, "w")  # made
            requests.get(event["url"])  # leaves
            os.remove(path)  # removal
        except Exception as error:
            return str(error)
        """,
    ),
    "continues": (
        ON_SUCCESS,
        """
        for row in event["rows"]:
            path = f"/tmp/{uuid.uuid4()}"
            try:
                open(path, "w")  # made
                requests.get(row)  # leaves
            except Exception:
                continue
            os.remove(path)  # removal
        """,
    ),
    "tries again": (
        ALWAYS,
        """
        while True:
            try:
                open(path, "w")  # made
                requests.get(event["url"])
                break
            except Exception:
                continue
        os.remove(path)
        """,
    ),
    "fails itself": (
        ON_SUCCESS,
        """
        open(path, "w")  # made
        try:
            requests.get(event["url"])
        except Exception:
            requests.get(event["url"])  # leaves
        os.remove(path)  # removal
        """,
    ),
    "makes it": (
        NEVER,
        """
        try:
            requests.get(event["url"])
        except Exception:
            open(path, "w")  # made
        """,
    ),
}


@pytest.mark.parametrize(("removed", "body"), HANDLERS.values(), ids=HANDLERS)
def test_a_handler_takes_over_what_lies_in_tmp(removed: Removal, body: str) -> None:
    found = with_path(body)
    assert fate(found) == marked(found, removed)


def test_a_clean_up_function_may_swallow_everything() -> None:
    before = """
    def drop(path):
        try:
            if os.path.exists(path):
                os.remove(path)
        except Exception as error:
            print(error)
    """
    body = "try:\n    open(path, 'w')  # made\n    requests.get('u')\nfinally:\n    drop(path)"
    assert fate(with_path(body, before)) == (ALWAYS, None, None)
