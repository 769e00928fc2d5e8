"""What the code is told from outside, by the deployment of its function: what imports mean, what variables hold."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.flow.environment import Environment
    from lambdalint.flow.program import Finder
    from lambdalint.flow.values import Value

Inquiry: TypeAlias = "tuple[str, str, str | int | bool, str, object]"
"""A question, what it was about, and the answer."""
QUESTION = itemgetter(0, 1, 2, 3)
"""All of an inquiry but the answer."""


class Surroundings:
    """Answers for one function, and notes each answer: it is what the outcome of the code depends on."""

    def __init__(self, finder: Finder, environment: Environment) -> None:
        self._finder = finder
        self._environment = environment
        self.asked: list[Inquiry] = []

    def resolve(self, dotted: str, importer: str) -> str | None:
        """Return the file that an absolute import means, see ``Finder``."""
        answer = self._finder.resolve(dotted, importer)
        self.asked.append(("resolve", dotted, 0, importer, answer))
        return answer

    def resolve_relative(self, module: str, level: int, importer: str) -> str | None:
        """Return the file that a relative import means, see ``Finder``."""
        answer = self._finder.resolve_relative(module, level, importer)
        self.asked.append(("relative", module, level, importer, answer))
        return answer

    def submodule(self, package: str, name: str) -> str | None:
        """Return the file of a package's submodule, see ``Finder``."""
        answer = self._finder.submodule(package, name)
        self.asked.append(("submodule", package, 0, name, answer))
        return answer

    def choices(self, dotted: str, importer: str) -> list[str]:
        """Return the folders that may hold the module of an import that is not resolved, see ``Finder``."""
        answer = self._finder.choices(dotted, importer)
        self.asked.append(("choices", dotted, 0, importer, answer))
        return answer

    def runtime_path(self, path: str) -> str:
        """Return where a project file lies at run time, see ``Finder``."""
        answer = self._finder.runtime_path(path)
        self.asked.append(("runtime", path, 0, "", answer))
        return answer

    def variable(self, name: str, *, asked: bool) -> Value | None:
        """Return what the deployment says of a variable, see ``Environment``."""
        answer = self._environment.outside(name, asked=asked)
        self.asked.append(("variable", name, asked, "", answer))
        return answer

    def agree(self, inquiries: Iterable[Inquiry]) -> bool:
        """Tell whether all questions have the same answers here."""
        return all(self._answer(*inquiry[:4]) == inquiry[4] for inquiry in inquiries)

    def _answer(self, question: str, subject: str, detail: str | int | bool, asker: str) -> object:
        if question == "resolve":
            return self._finder.resolve(subject, asker)
        if question == "relative":
            return self._finder.resolve_relative(subject, int(detail), asker)
        if question == "submodule":
            return self._finder.submodule(subject, asker)
        if question == "runtime":
            return self._finder.runtime_path(subject)
        if question == "choices":
            return self._finder.choices(subject, asker)
        return self._environment.outside(subject, asked=bool(detail))
