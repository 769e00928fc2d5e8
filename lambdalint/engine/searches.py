"""Searches through all files of a project: of what an earlier run found, only the files that changed are read again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalint.engine.recall import STATE, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdalint.engine.recall import Recall
    from lambdalint.model.watched import Watched

_HOLDING = "holding"
_TEXT = "x"


class States:
    """The states of a project's files: each maps the paths of those with certain names to what their contents are."""

    def __init__(self, recall: Recall) -> None:
        self._recall = recall
        self._current: dict[str, str] = {}
        self._known: dict[str, Mapping[str, str] | None] = {}

    def current(self, globs: str) -> str:
        """Return the name of the present state of the files that are named like *globs*, one a line."""
        name = self._current.get(globs)
        if name is None:
            answers = self._recall.answers
            state = {path: answers.answer(f"c:{path}") for path in answers.tree.named(*globs.split("\n"))}
            name = self._current[globs] = digest_of(state)
            if self.known(name) is None:
                self._recall.keep(STATE, name, dict[str, str], {}, state)
            self._known[name] = state
        return name

    def known(self, name: str) -> Mapping[str, str] | None:
        """Return a state by its name; None where it is forgotten."""
        if name not in self._known:
            self._known[name] = self._recall.get(STATE, name, dict[str, str])
        return self._known[name]

    def changed(self, before: str, now: str) -> set[str] | None:
        """Return the files that differ between two states; None where one is forgotten."""
        old, new = self.known(before), self.known(now)
        return None if old is None or new is None else {path for path, _ in old.items() ^ new.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """The files that a search found in a state."""

    state: str
    found: tuple[str, ...]


class Holdings:
    """Finds the files of a tree that hold what a pattern matches."""

    def __init__(self, recall: Recall, states: States) -> None:
        self._recall = recall
        self._states = states

    def __call__(self, names: tuple[str, ...], pattern: re.Pattern[bytes]) -> tuple[str, ...]:
        """See ``Tree.holding``."""
        tree, globs = self._recall.answers.tree, "\n".join(names)
        key, now = digest_of(globs, pattern.flags, pattern.pattern), self._states.current(globs)
        held = self._recall.get(_HOLDING, key, Held)
        if held is not None and held.state == now:
            return held.found
        changed = None if held is None else self._states.changed(held.state, now)
        paths = tree.named(*names) if changed is None else (path for path in changed if path in tree)
        found = {path for path in paths if pattern.search(tree.read(path) or b"")}
        if held is not None and changed is not None:
            found.update(path for path in held.found if path not in changed)
        held = Held(now, tuple(sorted(found)))
        self._recall.keep(_HOLDING, key, Held, {}, held)
        return held.found


class Searches:
    """Searches that fixes have made in the texts of files, which *text_of* gives."""

    def __init__(self, recall: Recall, states: States, text_of: Callable[[str], str | None]) -> None:
        self._states = states
        self._text_of = text_of
        recall.answers.checks[_TEXT] = self._holds
        recall.renewals.append(self._renewed)

    def noted(self, tree: Watched) -> dict[str, str]:
        """Return, as questions and answers, what was searched for in a watched tree."""
        found: dict[str, str] = {}
        for (names, pattern), lists in tree.searches.items():
            globs = "\n".join(names)
            longest: list[str] = max(lists, key=len)
            matched = "\n".join(longest)
            found[f"{_TEXT}:{globs}\0{pattern}"] = f"{self._states.current(globs)}\n{matched}"
        return found

    def _holds(self, search: str, answer: str) -> bool:
        globs, _, pattern = search.partition("\0")
        before, _, matched = answer.partition("\n")
        now = self._states.current(globs)
        if before == now:
            return True
        changed = self._states.changed(before, now)
        if changed is None or not changed.isdisjoint(matched.split("\n")):
            return False
        search_in = re.compile(pattern).search
        texts = map(self._text_of, changed)
        return not any(text is not None and search_in(text) for text in texts)

    def _renewed(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return those answers anew that hold, but were given for another state."""
        found: dict[str, str] = {}
        for question, answer in asked.items():
            if question.startswith(f"{_TEXT}:"):
                before, _, matched = answer.partition("\n")
                now = self._states.current(question[2:].partition("\0")[0])
                if before != now:
                    found[question] = f"{now}\n{matched}"
        return found
