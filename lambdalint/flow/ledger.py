"""Accounts of what is made in ``/tmp``: under which name, and what becomes of it on each way out of an invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from lambdalint.flow import exits, occupancy
from lambdalint.flow.account import Account
from lambdalint.flow.store import PROCESS
from lambdalint.flow.tmp_paths import Wipe, canonical, is_at_or_above, removes, unbounded, wipe_of
from lambdalint.flow.traffic import Traffic
from lambdalint.flow.values import FALSE, TRUE, Made, Value
from lambdalint.model import Base, Effect, EffectKind, Hole, HoleKind, Lifetime, Phase, Place, Removal, Span, Step

if TYPE_CHECKING:
    from lambdalint.flow.exits import Exits
    from lambdalint.flow.machine import Machine
    from lambdalint.model import EntryPoint

AccountKey: TypeAlias = tuple[object, ...]


class Ledger:
    """The accounts of one deployed function; ``shared`` tells that its environments serve requests concurrently.

    Each entry point is evaluated a second time where something may be left behind: from the state that the first
    evaluation left, with every variable set that is set once. What is not made again then is made once in an
    environment.
    """

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        self.accounts: list[Account] = []
        self.traffic = Traffic(self.accounts)
        self.second = False
        self.noted = 0
        """How often something was noted that a repeated call would have to note again."""
        self._numbers: dict[AccountKey, int] = {}
        self._owned: set[str] = set()
        self._wiped: dict[Wipe, None] = {}
        self._this_entry: set[int] = set()
        self.calls: list[list[int]] = []
        self._removed_names: set[str] = set()
        self._renewed: set[str] = set()
        self.renewals: list[str] = []
        """The calls that made new names, in their order, each as often as it did."""

    def renew(self, site: str) -> None:
        """Note that a call makes a new name; what no invocation but the first one makes anew is kept."""
        self.renewals.append(site)
        if self.second:
            self._renewed.add(site)

    def assume_recurrence(self) -> None:
        """Take all that this entry point makes for made again, where that could not be found out."""
        for number in self._this_entry:
            account = self.accounts[number]
            account.recurs = True
            if account.varies is not None:
                self._renewed.add(account.varies.site)

    def own(self, text: str) -> None:
        """Note a temporary object that removes itself, and what lies below it."""
        self.noted += 1
        self._owned.add(text)

    def make(
        self, machine: Machine, effect: Effect, key: AccountKey, *, cleans_up: bool, limited: bool = False
    ) -> None:
        """Note that a call makes something in ``/tmp``."""
        self.noted += 1
        text = canonical(effect.place)
        if cleans_up:
            self.own(text)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.accounts)
            account = Account(text, effect.kind, _varying(machine, effect.place), cleans_up)
            account.maker, account.maker_path = machine.frame.function, machine.frame.facts.path
            self.accounts.append(account)
        account = self.accounts[number]
        self._this_entry.add(number)
        account.limited = account.limited or limited
        under = frozenset(machine.conditions)
        account.conditions = under if account.conditions is None else account.conditions & under
        account.entries[machine.entry] = None
        if self.calls:
            self.calls[-1].append(number)
        if machine.phase is Phase.INVOKE:
            account.invoked = True
            account.recurs = account.recurs or self.second
        account.cached = account.cached and _absent(machine, text)
        if cleans_up or self._is_owned(text):
            account.cleans_up = True
            return
        present = exits.live(machine)
        atom = Made(text, number)
        if atom not in present:
            others = (other for other in present if other.account != number or other.text != text)
            exits.set_live(machine, (*others, atom))

    def _is_owned(self, text: str) -> bool:
        return any(text == owner or text.startswith(owner + "/") for owner in self._owned)

    def remove(self, machine: Machine, places: list[Place], span: Span, *, tree: bool, moved: bool = False) -> None:
        """Note that a call removes something; of an unknown path, that it may be any of what was made.

        ``moved`` tells that it is there under another name from now on.
        """
        self.noted += 1
        present = exits.live(machine)
        for place in places:
            if place.base is Base.TMP and not moved:
                self._note_wipe(canonical(place), tree=tree)
        gone = {
            atom
            for atom in present
            for place in places
            if removes(place, atom.text, tree=tree, folder=self.accounts[atom.account].is_folder)
        }
        if not tree and len(places) == 1:
            left = [atom.text for atom in present if atom not in gone]
            # A directory with something in it is not removed.
            gone = {atom for atom in gone if not any(text.startswith(f"{atom.text}/") for text in left)}
        if not gone:
            return
        known = all(place.base is not Base.UNKNOWN for place in places)
        frames = tuple(id(frame.function) for frame in reversed(machine.frames) if frame.function is not None)
        for atom in gone:
            account = self.accounts[atom.account]
            if account.removal is None or (known and account.guessed_removal):
                account.removal, account.frames = span, frames
                account.guessed_removal = not known
            if machine.finals:
                account.finalizer = machine.finals[-1]
            if not moved:
                occupancy.renew(machine, atom.text)
        exits.set_live(machine, tuple(atom for atom in present if atom not in gone))

    def _note_wipe(self, text: str, *, tree: bool) -> None:
        self._removed_names.add(text)
        wipe = wipe_of(text, tree=tree)
        if wipe is not None and not unbounded(wipe.prefix):
            self._wiped[wipe] = None

    def tested(self, machine: Machine, places: list[Place], *, found: bool) -> None:
        """Note the outcome of a test for existence: what is not there need not be removed."""
        self.noted += 1
        texts = [canonical(place) for place in places if place.base is Base.TMP]
        for text in texts:
            machine.absences[text] = None
            machine.store.set(PROCESS, f"<absent {text}>", FALSE if found else TRUE)
        if not found:
            kept = (atom for atom in exits.live(machine) if not any(is_at_or_above(text, atom.text) for text in texts))
            exits.set_live(machine, tuple(kept))

    def fail(self, raised: Exits) -> Value:
        """Return what lies in ``/tmp`` where a handler takes over, each marked as left by an exception."""
        self.noted += len(raised.live)
        for made, step in raised.live.items():
            account = self.accounts[made.account]
            account.caught = account.caught or step
        return tuple(dict.fromkeys(Made(made.text, made.account, failed=True) for made in raised.live))

    def made_only_under(self, made: Made, condition: object) -> bool:
        """Tell whether something is made under a condition only."""
        return condition in (self.accounts[made.account].conditions or ())

    def leave(self, machine: Machine, function: int, way: exits.Way) -> None:
        """Note that a function is left, for what lies in ``/tmp`` there."""
        present = exits.peek(machine)
        if present:
            path, line, text = way
            step = Step(Span(path, line, 1, line, 1), text)
            for atom in present:
                self.accounts[atom.account].ways.setdefault(function, step)

    def abandon(self) -> None:
        """End an evaluation that was not run to its end: what becomes of what it has made is not known."""
        if not self.second:
            for number in self._this_entry:
                self.accounts[number].unfinished = True

    def close(self, machine: Machine, *, returns: bool) -> bool:
        """End the evaluation of an entry point; tell whether a second one may show more."""
        if self.second:
            return False
        suspicious = False
        if returns:
            for atom in exits.live(machine):
                account = self.accounts[atom.account]
                if atom.account not in self._this_entry:
                    continue
                if atom.failed:
                    account.raised = account.raised or account.caught
                    account.handed_over = False
                    suspicious = suspicious or account.may_grow
                else:
                    account.left = True
                    suspicious = suspicious or account.may_grow or machine.shared
                    account.left_at = next((account.ways[f] for f in account.frames if f in account.ways), None)
        outermost = machine.exits[0]
        for atom, step in outermost.live.items():
            if atom.account in self._this_entry:
                account = self.accounts[atom.account]
                steps = (step, *outermost.later.get(atom, ()))
                if account.caught is not None and any(one.text == exits.RAISE for one in steps):
                    # A handler raises again: it is what it caught that failed.
                    steps = (account.caught, *steps)
                account.fail(steps)
                suspicious = suspicious or account.may_grow
        return suspicious

    def begin(self, entry: EntryPoint) -> None:
        """Start with another entry point, or with the second evaluation of one."""
        if not self.second:
            self._this_entry.clear()
        self.traffic.begin()

    def is_absent(self, machine: Machine, text: str) -> bool:
        """Tell whether a test on the way here found a file, its folder, or something in it missing."""
        return _absent(machine, text)

    def was_found(self, machine: Machine, place: Place) -> bool:
        """Tell whether a test on the way here found what lies at a place."""
        return machine.store.get(PROCESS, f"<absent {canonical(place)}>") == FALSE

    def _is_emptied(self, text: str) -> bool:
        """Tell whether the function removes a file under this name, or opens it anew."""
        if text in self._removed_names:
            return True
        return any(one.text == text and one.kind is EffectKind.WRITE and one.invoked for one in self.accounts)

    def size(self, key: AccountKey) -> int | None:
        """Return how many bytes a call is known to write at least."""
        number = self._numbers.get(key)
        return None if number is None else self.accounts[number].size or None

    def owns(self, text: str) -> bool:
        """Tell whether what lies at a path is a temporary object that removes itself."""
        return text in self._owned

    def lifetime(self, key: AccountKey) -> Lifetime | None:
        """Return what is known of an effect, after all entry points."""
        number = self._numbers.get(key)
        if number is None or self.accounts[number].unfinished:
            return None
        account = self.accounts[number]
        facts = self.traffic.about(account)
        once = not (account.invoked and account.recurs)
        wiped = any(wipe.covers(account.text, folder=account.is_folder) for wipe in self._wiped)
        kept = account.varies is not None and bool(account.varies.site) and account.varies.site not in self._renewed
        removed = account.removed
        cache = account.kind is EffectKind.CACHE
        database = account.kind is EffectKind.DATABASE
        emptied = wiped or facts.emptied
        if database:
            emptied = emptied or self.traffic.empties_databases or account.text in self._removed_names
            # What another call puts in its place, and is stored again, makes the round trip.
            emptied = emptied or (facts.stored is not None and self._is_emptied(account.text))
        new_content = facts.changed or self.traffic.changes_databases if database else facts.new_content
        if account.kind is EffectKind.APPEND and (wiped or self._is_emptied(account.text)):
            removed = Removal.ALWAYS
        return Lifetime(
            bounded=wiped or ((once or kept or account.varies is None) and (account.limited or not cache)),
            removed=removed,
            varies=str(account.varies.origin or account.varies.kind.value) if account.varies else "",
            kind=account.varies.kind if account.varies else None,
            once=once,
            cached=any(one.cached for one in self.accounts if one.text == account.text),
            removal=account.removal if removed in (Removal.SOMETIMES, Removal.ON_SUCCESS) else None,
            doubtful=(removed is Removal.ON_SUCCESS and account.handed_over)
            or (removed in (Removal.SOMETIMES, Removal.ON_SUCCESS) and account.guessed_removal),
            skipped=account.left_at if removed is Removal.SOMETIMES else account.raised,
            stored=facts.stored or (self.traffic.stores if facts.read_back else None),
            fetched=facts.fetched,
            escapes=facts.escapes,
            # To store a database is to read it.
            read_back=facts.read_back and not (database and facts.stored is not None),
            new_content=new_content and not emptied,
            request_content=facts.request_content and not wiped,
            exceeds=account.excess,
            read_by=self.traffic.readers(account),
            shared=self.shared,
        )


def _varying(machine: Machine, place: Place) -> Hole | None:
    """Return the part of a path that is new in each invocation; one of unknown kind if there is no such part."""
    uncertain = None
    for hole in place.holes:
        if hole.kind is HoleKind.UNIQUE:
            return hole
        if hole.kind is HoleKind.REQUEST and machine.store.get(PROCESS, f"<known {hole.origin}>") != TRUE:
            return hole
        if hole.fresh and machine.store.get(PROCESS, f"<known {hole.origin}>") != TRUE:
            return replace(hole, kind=HoleKind.REQUEST)
        if hole.kind is HoleKind.UNKNOWN:
            uncertain = uncertain or hole
    return uncertain


def _absent(machine: Machine, text: str) -> bool:
    """Tell whether a test on the way here found the object, its folder, or something in it missing."""
    for tested in machine.absences:
        related = (text + "/").startswith(tested + "/") or tested.startswith(text + "/")
        if related and machine.store.get(PROCESS, f"<absent {tested}>") == TRUE:
            return True
    return False
