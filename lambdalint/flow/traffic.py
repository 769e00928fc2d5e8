"""What reads and hands on the files in ``/tmp``, seen over all entry points of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from lambdalint.flow import exits
from lambdalint.flow.overlap import covers, provides
from lambdalint.flow.store import PROCESS
from lambdalint.flow.tmp_paths import canonical, is_at_or_above, pattern
from lambdalint.flow.values import FALSE
from lambdalint.model import Step

if TYPE_CHECKING:
    from lambdalint.flow.account import Account
    from lambdalint.flow.machine import Machine
    from lambdalint.model import EntryPoint, Place, Span

_LISTING_CALLS = frozenset({"listdir", "scandir", "walk", "glob", "iglob", "iterdir", "rglob"})


class PathFacts(msgspec.Struct):
    """What is known of a path in ``/tmp``, whoever makes what lies there.

    ``changed`` is what was done to an open file or database, as opposed to bringing one from elsewhere; ``emptied``
    tells that a database starts anew.
    """

    stored: Step | None = None
    fetched: Step | None = None
    escapes: Step | None = None
    rewritten: Step | None = None
    read_back: bool = False
    request_content: bool = False
    new_content: bool = False
    changed: bool = False
    emptied: bool = False


class Reading(msgspec.Struct, frozen=True):
    """A read by an entry point that has made nothing there before."""

    text: str
    entry: EntryPoint
    step: Step
    checked: bool
    listing: bool


class Traffic:
    """The reads of a function, and the facts of each path."""

    def __init__(self, accounts: list[Account]) -> None:
        self._accounts = accounts
        self.stores: Step | None = None
        self.changes_databases = False
        self.empties_databases = False
        self._facts: dict[str, PathFacts] = {}
        self._readings: dict[Reading, None] = {}
        self._mentioned: dict[str, None] = {}
        self._mentioned_now: set[str] = set()
        self._held: dict[str, list[str]] = {}
        self._runs_commands = False
        self.noted = 0
        """How often something was noted, or asked, of a path."""

    def begin(self) -> None:
        """Start with another entry point."""
        self._mentioned_now.clear()

    def facts_of(self, text: str) -> PathFacts:
        """Return what is known of a path, to be added to."""
        self.noted += 1
        return self._facts.setdefault(text, PathFacts())

    def about(self, account: Account) -> PathFacts:
        """Return what is known of an account's path, also by way of its folder, and of what lies in it."""
        own = self.facts_of(account.text)
        result = replace(own)
        for text, facts in self._facts.items():
            if not (facts.stored or facts.fetched or facts.read_back) or not covers(text, account):
                continue
            result.stored = result.stored or facts.stored
            result.fetched = result.fetched or facts.fetched
            result.read_back = result.read_back or facts.read_back
        return result

    def mention(self, text: str) -> None:
        """Note that a path is handed to a call that may make something there."""
        self.noted += 1
        self._mentioned[text] = None
        self._mentioned_now.add(text)

    def hold(self, origin: str, texts: list[str]) -> None:
        """Note that paths are put into what the request sent."""
        self.noted += 1
        self._held.setdefault(origin, []).extend(texts)

    def held(self, origin: str) -> list[str]:
        """Return the paths that were put into something of the request's."""
        return self._held.get(origin, [])

    def rewrite(self, text: str, step: Step) -> None:
        """Note that the new content of a file follows from its old content, of an earlier invocation."""
        self.noted += 1
        if any(reading.text == text for reading in self._readings):
            self.facts_of(text).rewritten = step

    def run_command(self) -> None:
        """Note another process, which may make anything."""
        self.noted += 1
        self._runs_commands = True

    def read(self, machine: Machine, place: Place, span: Span, callee: str, *, checked: bool, second: bool) -> bool:
        """Note that a file is read; tell whether this invocation may have made it."""
        text = canonical(place)
        found = False
        for atom in exits.live(machine):
            if provides(self._accounts[atom.account], text) or atom.text.startswith(text + "/"):
                self.facts_of(atom.text).read_back = True
                found = True
        if found:
            return True
        if any(is_at_or_above(mentioned, text) for mentioned in self._mentioned_now):
            return True
        listing = callee.rpartition(".")[2] in _LISTING_CALLS
        checked = checked or machine.store.get(PROCESS, f"<absent {text}>") == FALSE
        if not second:
            reading = Reading(text, machine.entry, Step(span, str(machine.entry)), checked, listing)
            self._readings[reading] = None
        return False

    def provides(self, place: Place) -> bool:
        """Tell whether something in the function may make what is read at a place."""
        text = canonical(place)
        if self._runs_commands or any(is_at_or_above(mentioned, text) for mentioned in self._mentioned):
            return True
        return any(provides(account, text) for account in self._accounts)

    def readers(self, account: Account) -> tuple[Step, ...]:
        """Return the reads by entry points that rely on what another one, or an earlier invocation, has made."""
        if not account.invoked:
            return ()
        found: dict[Step, None] = {}
        wanted = pattern(account.text)
        for reading in self._readings:
            if reading.entry in account.entries and (account.cached or not self.facts_of(account.text).request_content):
                continue
            same = pattern(reading.text) == wanted
            if reading.listing:
                same = same or account.text.startswith(reading.text + "/")
            if same and not self._remakes(reading):
                found[reading.step] = None
        rewritten = self.facts_of(account.text).rewritten
        if rewritten is not None:
            found[rewritten] = None
        return tuple(sorted(found, key=lambda step: (step.span, step.text)))

    def _remakes(self, reading: Reading) -> bool:
        """Tell whether an entry point makes itself what it finds missing: a cache."""
        wanted = pattern(reading.text)
        return reading.checked and any(
            reading.entry in account.entries and pattern(account.text) == wanted for account in self._accounts
        )
