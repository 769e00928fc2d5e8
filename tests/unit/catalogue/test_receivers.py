"""Types along a chain of calls, as the catalogue's aliases and rows tell them."""

from __future__ import annotations

import pytest

from lambdalint import catalogue
from lambdalint.catalogue.receivers import Receivers

ALIASES = {
    "lib.Frame.*": "lib.Frame",
    "lib.Rows.*": "lib.Row",
    "lib.Row.*": "lib.Row",
    "lib.Frame.values": "other.Array",
    "other.Array.*": "other.Array",
}
CALLS = {"lib.Frame.save": 1, "lib.Frame.plot.bar": 1, "other.Array.dump": 1, "plain.Thing.save": 1}


@pytest.mark.parametrize(
    ("name", "settled"),
    [
        ("lib.Frame.save", "lib.Frame.save"),
        ("lib.Frame.sort.save", "lib.Frame.save"),
        ("lib.Frame[].sort.head[].save", "lib.Frame.save"),
        ("lib.Frame.sort", "lib.Frame.sort"),
        ("lib.Frame.plot.bar", "lib.Frame.plot.bar"),
        ("lib.Frame.sort.values.T.dump", "other.Array.dump"),
        ("lib.Rows.first.save", "lib.Row.save"),
        ("lib.Framework.sort.save", "lib.Framework.sort.save"),
        ("plain.Thing.sort.save", "plain.Thing.sort.save"),
    ],
)
def test_chain(name: str, settled: str) -> None:
    assert Receivers((CALLS,), ALIASES).settled(name) == settled


def test_type_at_the_end_of_a_chain() -> None:
    receivers = Receivers((CALLS,), ALIASES)
    assert receivers.lasting_type("lib.Frame") == "lib.Frame"
    assert receivers.lasting_type("lib.Frame.sort[]") == "lib.Frame"
    assert receivers.lasting_type("lib.Frame.values") == "other.Array"
    assert receivers.lasting_type("lib.Frame.plot") is None
    assert receivers.lasting_type("plain.Thing") is None


def test_known_types() -> None:
    receivers = catalogue.load().receivers
    assert receivers.knows("PIL.Image.Image")
    assert receivers.knows("boto3.client.s3")
    assert not receivers.knows("PIL.Image.Image.save")
    assert not receivers.knows("elsewhere.Form")


def test_every_type_that_lasts_has_a_method_that_is_judged() -> None:
    rows = catalogue.load()
    methods = {name.rpartition(".")[0] for name in (*rows.effects, *rows.returns)}
    useless = [kind for kind, of in rows.receivers.lasting.items() if of not in methods]
    assert useless == []
