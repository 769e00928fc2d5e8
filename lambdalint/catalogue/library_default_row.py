"""The row that says where a library writes by default, and what redirects it."""

from __future__ import annotations

from typing import Literal

import msgspec

from lambdalint.catalogue.condition import Condition
from lambdalint.catalogue.row import Row
from lambdalint.model import EffectKind


class Telling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """A call that tells a library where to write, or not to write at all, under the conditions of ``when``."""

    call: str
    when: tuple[Condition, ...] = ()


class LibraryDefaultRow(Row, frozen=True, kw_only=True, rename="kebab"):
    """A place that a library writes to unless it is told otherwise.

    ``name`` is the row's own, to which ``library`` of an effect refers; ``library`` is what messages call it. It comes
    into force at the import of one of the modules ``imports``, or of one below them, and at one of ``calls``, under the
    conditions of ``when``; besides at the effects that refer to it. ``location`` is the place, as a path with ``~`` and
    the words in angle brackets that ``default`` of effects may have; ``<package>`` is the folder of what is deployed.

    What redirects it: one of ``arguments`` of the call; one of ``variables``, of which the first that is set names the
    folder (``HF_HOME/hub``: a folder below it); an assignment to one of the attributes or items ``settings``
    (``cartopy.config[data_dir]``); one of the calls ``told-by``, each with its conditions, that runs before. A variable
    counts at the import of the first of the modules ``read-at``, or, if there are none, at the call. A variable that
    ends in ``=`` switches something, and names no folder.

    The row holds only where one of the packages ``beside`` is imported, too. ``prefilled`` tells that what the build
    of an image left there is found, so that nothing may be written. ``releases`` are those of the library of which this
    is known, where others do not do so ("before 0.17").

    ``outcome`` is ``fails`` where the refusal is raised, ``degrades`` where the library goes on without, ``harmless``
    where nothing is wrong with the place; ``failure`` says what happens, as a clause ("raises OSError"). ``redirect``
    says how to redirect it, as a clause. ``set_variable`` is the variable that the fix sets, ``set_folder`` the folder
    below the temporary directory that it names; ``set_exists`` tells that the folder has to be there.

    ``example`` comes into force, in the code of a handler; ``counter`` is the same with a redirect.
    """

    name: str
    library: str
    imports: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    kind: EffectKind = EffectKind.CACHE
    location: str
    arguments: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    told_by: tuple[Telling, ...] = ()
    read_at: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    prefilled: bool = False
    releases: str = ""
    outcome: Literal["fails", "degrades", "harmless"] = "fails"
    failure: str = ""
    redirect: str
    set_variable: str = ""
    set_folder: str = ""
    set_exists: bool = False
    example: str
    counter: str
