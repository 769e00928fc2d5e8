"""What an environment makes once: at import, and where a variable that outlives the invocation keeps it."""

from __future__ import annotations

import pytest
from snippets import analysed, invoked

from lambdalint.model import Removal

FUNCTION = """
X = None

def folder():
    global X
    if X is not None:
        return X
    X = tempfile.mkdtemp()  # made
    return X
"""
ATTRIBUTE = """
class Store:
    def __init__(self):
        self.x = None

    def folder(self):
        if self.x is None:
            self.x = tempfile.mkdtemp()  # made
        return self.x

C = Store()
"""
SINGLETON = """
class C:
    one = None

    def __init__(self):
        self.x = tempfile.mkdtemp()  # made

    @classmethod
    def get(cls):
        if cls.one is None:
            cls.one = cls()
        return cls.one
"""
KEPT = {
    "at import": ("return FOLDER", "FOLDER = tempfile.mkdtemp()  # made"),
    "as a default": ("save()", "def save(folder=tempfile.mkdtemp()):  # made\n    return folder\n"),
    "in a class body": ("return Settings.folder", "class Settings:\n    folder = tempfile.mkdtemp()  # made\n"),
    "by an object of the module": (
        "return store.folder",
        "class Store:\n    def __init__(self):\n        self.folder = tempfile.mkdtemp()  # made\nstore = Store()\n",
    ),
    "in a global": ("global X\nif X is None:\n    X = tempfile.mkdtemp()  # made", "X = None"),
    "in a global that is empty": ("global X\nif not X:\n    X = tempfile.mkdtemp()  # made", "X = ''"),
    "behind an early return": (
        "return folder()",
        FUNCTION,
    ),
    "behind a flag": ("global DONE\nif not DONE:\n    tempfile.mkdtemp()  # made\n    DONE = True", "DONE = False"),
    "in a dictionary": ("if 'x' not in C:\n    C['x'] = tempfile.mkdtemp()  # made", "C = {}"),
    "in a list": ("if not C:\n    C.append(tempfile.mkdtemp())  # made", "C = []"),
    "in a class attribute": ("if C.x is None:\n    C.x = tempfile.mkdtemp()  # made", "class C:\n    x = None\n"),
    "in the environment": ("if 'X' not in os.environ:\n    os.environ['X'] = tempfile.mkdtemp()  # made", ""),
    "in an attribute of an object of the module": (
        "return C.folder()",
        ATTRIBUTE,
    ),
    "by a singleton": (
        "return C.get().x",
        SINGLETON,
    ),
    "by lru_cache": ("make()", "@functools.lru_cache\ndef make():\n    return tempfile.mkdtemp()  # made\n"),
    "by lru_cache with a size": (
        "make()",
        "@functools.lru_cache(maxsize=1)\ndef make():\n    return tempfile.mkdtemp()  # made\n",
    ),
    "by cache": ("make()", "@functools.cache\ndef make():\n    return tempfile.mkdtemp()  # made\n"),
}
RENEWED = {
    "in the handler": ("tempfile.mkdtemp()  # made", ""),
    "in a local": ("x = None\nif x is None:\n    x = tempfile.mkdtemp()  # made", ""),
    "in a global that is reset": ("global X\nif X is None:\n    X = tempfile.mkdtemp()  # made\nX = None", "X = None"),
    "in a global that is always set": ("global X\nX = tempfile.mkdtemp()  # made", "X = None"),
    "in a list that grows": ("C.append(tempfile.mkdtemp())  # made", "C = []"),
    "under a key of the request": (
        "key = event['x']\nif key not in C:\n    C[key] = tempfile.mkdtemp()  # made",
        "C = {}",
    ),
    "by an object of the invocation": (
        "C().x",
        "class C:\n    def __init__(self):\n        self.x = tempfile.mkdtemp()  # made\n",
    ),
    "before the argument of setdefault": ("C.setdefault('x', tempfile.mkdtemp())  # made", "C = {}"),
    "by cache, for each argument": (
        "make(event['x'])",
        "@functools.cache\ndef make(name):\n    os.mkdir(f'/tmp/{name}')  # made\n",
    ),
}


@pytest.mark.parametrize(("body", "before"), KEPT.values(), ids=KEPT)
def test_an_environment_makes_it_once(body: str, before: str) -> None:
    lifetime = invoked(body, before).lifetime()
    assert (lifetime.once, lifetime.bounded, lifetime.removed) == (True, True, Removal.NEVER)


@pytest.mark.parametrize(("body", "before"), RENEWED.values(), ids=RENEWED)
def test_each_invocation_makes_another(body: str, before: str) -> None:
    lifetime = invoked(body, before).lifetime()
    assert (lifetime.once, lifetime.bounded, lifetime.removed) == (False, False, Removal.NEVER)


@pytest.mark.parametrize(
    "before",
    [
        "FOLDER = tempfile.mkdtemp()",
        "FOLDER = f'/tmp/{uuid.uuid4()}'",
        "FOLDER = f'/tmp/{time.time()}'",
        "FOLDER = os.path.join('/tmp', 'work')",
    ],
)
@pytest.mark.parametrize(("inside", "bounded"), [("a", True), ("{event['x']}", False)])
def test_a_folder_of_the_environment_bounds_fixed_names_only(before: str, inside: str, bounded: bool) -> None:
    assert invoked(f'open(f"{{FOLDER}}/{inside}", "w")  # made', before).lifetime().bounded is bounded


def test_a_name_that_is_kept_bounds_what_is_made_anew() -> None:
    body = "global X\nif X is None:\n    X = f'/tmp/{uuid.uuid4()}'\nopen(X, 'w')  # made"
    lifetime = invoked(body, "X = None").lifetime()
    assert (lifetime.bounded, lifetime.removed) == (True, Removal.NEVER)


def test_each_route_is_an_entry_point_with_a_state_of_its_own() -> None:
    found = analysed("""
from flask import Flask
import serverless_wsgi
app = Flask(__name__)
X = None

@app.route("/a")
def first():
    global X
    if X is None:
        X = tempfile.mkdtemp()  # kept
    return X

@app.route("/b")
def second():
    tempfile.mkdtemp()  # made
    return ""

def handler(event, context):
    return serverless_wsgi.handle_request(app, event, context)
""")
    assert found.lifetime("kept").once
    assert not found.lifetime("made").once
