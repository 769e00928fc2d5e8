"""Each setting of the catalogue proves itself: its example has the effect where it is read, its counter has not."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from lambdalint import catalogue, deployment, flow
from lambdalint.model import Base, EffectKind, Settings, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.catalogue.schema import SettingRow
    from lambdalint.model import Effect

ROWS = [row for _, content in catalogue.load().files for row in content.setting]

HANDLER = "\n\ndef handler(event, context):\n    return application\n"
FLASK = "from flask import Flask\nfrom flask_session import Session\n\napplication = app = Flask(__name__)\n{}\n"
DATABASE = FLASK.replace("flask_session import Session", "flask_sqlalchemy import SQLAlchemy")
READERS = {
    "flask_session.Session": FLASK + "Session(app)\n",
    "flask_session.Session.init_app": FLASK + "sessions = Session()\nsessions.init_app(app)\n",
    "flask_sqlalchemy.SQLAlchemy": DATABASE + "SQLAlchemy(app)\n",
    "flask_sqlalchemy.SQLAlchemy.init_app": DATABASE + "database = SQLAlchemy()\ndatabase.init_app(app)\n",
    "django.core.wsgi.get_wsgi_application": "from django.core.wsgi import get_wsgi_application\n\n"
    "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf'\napplication = get_wsgi_application()\n",
    "django.core.asgi.get_asgi_application": "from django.core.asgi import get_asgi_application\n\n"
    "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'conf'\napplication = get_asgi_application()\n",
}


def _effects(root: Path, reader: str, code: str) -> tuple[Effect, ...]:
    (root / "app.py").write_text(READERS[reader].format(code) + HANDLER)
    (root / "conf.py").write_text(textwrap.dedent(code) + "\n" if "django" in reader else "")
    settings, rows = Settings(cache=False), catalogue.load()
    tree = Tree(root, ("app.py", "conf.py"))
    functions = deployment.read(tree, settings, rows).functions
    assert functions
    return flow.analyse(tree, functions, rows, settings).effects


@pytest.mark.parametrize(("row", "reader"), [(row, call) for row in ROWS for call in row.calls], ids=str)
def test_each_row_proves_itself(row: SettingRow, reader: str, tmp_path: Path) -> None:
    seen = _effects(tmp_path, reader, row.example)
    (effect,) = [effect for effect in seen if (effect.callee, effect.kind) == (row.dotted, row.kind)]
    assert effect.span.path == "app.py"
    chosen = "/tmp/x" if row.deployable else "/opt/x"
    assert effect.place.path == (chosen if row.library is None else "/var/task/instance")
    assert row.dotted not in [effect.callee for effect in _effects(tmp_path, reader, row.counter)]


def test_rows_are_complete() -> None:
    assert {call for row in ROWS for call in row.calls} == READERS.keys()
    assert len({(row.dotted, row.kind) for row in ROWS}) == len(ROWS)


def test_the_library_chooses_where_no_path_is_set(tmp_path: Path) -> None:
    effects = _effects(tmp_path, "flask_session.Session", "app.config['SESSION_TYPE'] = 'filesystem'")
    (effect,) = [effect for effect in effects if effect.kind is EffectKind.CACHE]
    assert (effect.place.base, effect.place.path) == (Base.TASK, "/var/task/flask_session")
    assert effect.defaulted
    code = "SESSION_ENGINE = 'django.contrib.sessions.backends.file'\nSESSION_FILE_PATH = None"
    (effect,) = _effects(tmp_path, "django.core.wsgi.get_wsgi_application", code)
    assert (effect.place.path, effect.defaulted) == ("/tmp", True)


def test_what_is_deployed_may_be_read(tmp_path: Path) -> None:
    code = "import os\nMEDIA_ROOT = os.path.join(os.path.dirname(__file__), 'media')"
    assert not _effects(tmp_path, "django.core.wsgi.get_wsgi_application", code)


def test_a_condition_has_to_hold_of_every_value(tmp_path: Path) -> None:
    code = "import os\napp.config['SESSION_TYPE'] = {}\napp.config['SESSION_FILE_DIR'] = '/tmp/x'"
    for kind in ("os.environ['KIND']", "'redis' if os.path.exists('/tmp/y') else 'filesystem'"):
        effects = _effects(tmp_path, "flask_session.Session", code.format(kind))
        assert EffectKind.CACHE not in [effect.kind for effect in effects]


def test_without_an_application_nothing_is_read(tmp_path: Path) -> None:
    code = "app.config['SESSION_TYPE'] = 'filesystem'\nSession()"
    effects = _effects(tmp_path, "flask_session.Session", code)
    assert len([effect for effect in effects if effect.kind is EffectKind.CACHE]) == 1
