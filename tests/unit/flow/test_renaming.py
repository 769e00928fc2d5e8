"""Values that are alike up to the numbers of objects, and values that are taken over."""

from __future__ import annotations

from itertools import count

import pytest

from lambdalint.flow.renaming import Renaming, holds_new_code, is_rigid, shape, uids_of
from lambdalint.flow.values import (
    TRUE,
    Bound,
    Class,
    ExternalMethod,
    ExternalObject,
    Function,
    GeneratorCall,
    Instance,
    Items,
    ListOf,
    Mapping,
    Number,
    Partial,
    SuperOf,
    Value,
    Wrapped,
    text,
)

_METHOD = Function("app.py", 3, 1, 2)


def _around(uid: int) -> list[Value]:
    """Return a value of each kind that names an object."""
    item = (ListOf(uid),)
    return [
        item,
        (Mapping(uid),),
        (Instance(uid, 2),),
        (ExternalObject("boto3.client", uid),),
        (ExternalMethod(ExternalObject("boto3.client", uid), "put"),),
        (Items((text("a"), item)),),
        (Bound(_METHOD, Instance(uid, 2)),),
        (SuperOf(2, Instance(uid, 2)),),
        (Wrapped("property", Bound(_METHOD, Instance(uid, 2))),),
        (Partial(_METHOD, (item,), (("key", item),)),),
        (Number(1), Mapping(uid)),
    ]


@pytest.mark.parametrize(("old", "new"), list(zip(_around(10), _around(20), strict=True)), ids=str)
def test_an_object_may_stand_for_another(old: Value, new: Value) -> None:
    renaming = Renaming(15)
    assert renaming.matches(old, new)
    assert renaming.known == {10: 20}
    assert not renaming.is_identity
    assert renaming.value(old) == new
    assert shape(old) == shape(new)
    assert set(uids_of(old)) >= {10}
    assert not is_rigid(old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (text("a"), text("b")),
        (text("a"), ()),
        ((ListOf(1),), (Mapping(1),)),
        ((Instance(1, 2),), (Instance(1, 3),)),
        ((ExternalObject("a", 1),), (ExternalObject("b", 1),)),
        ((ExternalObject("a", 0),), (ExternalObject("a", 1),)),
        ((Items((TRUE,)),), (Items((TRUE, TRUE)),)),
        ((Partial(_METHOD, (), (("a", TRUE),)),), (Partial(_METHOD, (), (("b", TRUE),)),)),
        ((_METHOD,), (Function("app.py", 3, 9, 2),)),
    ],
)
def test_what_is_not_alike(old: Value, new: Value) -> None:
    assert not Renaming(15).matches(old, new)


def test_one_object_stands_for_one() -> None:
    assert not Renaming(15).matches((ListOf(1), ListOf(2)), (ListOf(3), ListOf(3)))
    assert not Renaming(15).matches((ListOf(1), ListOf(1)), (ListOf(3), ListOf(4)))


def test_new_objects_get_new_numbers_and_old_ones_stay() -> None:
    renaming = Renaming(15)
    renaming.make = count(100).__next__
    assert renaming.value((ListOf(16), Mapping(17), ListOf(16), ListOf(3))) == (
        ListOf(100),
        Mapping(101),
        ListOf(100),
        ListOf(3),
    )


@pytest.mark.parametrize(
    ("value", "new"),
    [
        ((_METHOD,), False),
        ((Function("app.py", 3, 16),), True),
        ((Bound(Function("app.py", 3, 16), ListOf(1)),), True),
        ((Class(16, "A"),), True),
        ((Instance(3, 16),), True),
        ((Instance(16, 3),), False),
        ((GeneratorCall(16),), True),
        ((Items(((GeneratorCall(16),),)),), True),
        ((Partial(_METHOD, ((Class(16, "A"),), TRUE), ()),), True),
        ((ListOf(16),), False),
    ],
)
def test_code_that_is_defined_anew(value: Value, new: bool) -> None:
    assert holds_new_code([TRUE, value], 15) is new
