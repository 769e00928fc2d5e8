"""One generated module: its imports, its units of code, and what other modules can call of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING

from benchmarks.monorepo.words import AMOUNTS, CONCERNS, FIELDS, VERBS

if TYPE_CHECKING:
    from benchmarks.monorepo.draw import Draw
    from benchmarks.monorepo.units import Unit

STANDARD = {
    "csv", "io", "json", "logging", "math", "os", "pathlib", "re", "shutil", "statistics", "tarfile", "tempfile",
    "time", "urllib", "uuid", "zipfile", "dataclasses", "datetime", "hashlib", "typing", "collections", "__future__",
}  # fmt: skip
THIRD_PARTY = {"boto3", "botocore"}
_MARK = re.compile(r"#!(LMB\d+)")


@dataclass(frozen=True)
class Export:
    """Something that other modules can call."""

    module: str
    """As imports name it."""
    name: str
    kind: str
    """What it takes and gives: `text`, `number` and `record` are given and give one, a `step` is given a record."""


@dataclass(frozen=True)
class Planted:
    """A finding that has to be reported, and the only one on its line."""

    code: str
    path: str
    line: int


@dataclass
class Module:
    """A module that is being written: units are added one by one, imports come by use."""

    path: str
    name: str
    """As imports name it."""
    draw: Draw
    doc: str
    available: list[Export] = field(default_factory=list)
    """What units of this module may call, of other modules."""
    exports: list[Export] = field(default_factory=list)
    _imports: dict[str, set[str]] = field(default_factory=dict)
    _constants: list[str] = field(default_factory=list)
    _bodies: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _local_names: dict[tuple[str, str], str] = field(default_factory=dict)
    _lines: int = 0

    @property
    def lines(self) -> int:
        """About how many lines the module has by now."""
        return self._lines + 3 + len(self._imports) + len(self._constants)

    def add(self, unit: Unit, **words: str) -> Export:
        """Write *unit* under a new name, its calls led to what is available."""
        name = words.pop("name", None) or self._new_name(unit.noun)
        self._taken.add(name)
        chosen = {
            "name": name,
            "constant": name.upper(),
            "field": self.draw.of(FIELDS),
            "other": self.draw.of(FIELDS),
            "amounts": self.draw.of(AMOUNTS),
            "limit": str(self.draw.between(3, 240)),
            "small": str(self.draw.between(2, 9)),
            "factor": f"0.{self.draw.between(11, 97)}",
            **words,
        }
        for kind in ("text", "number", "record"):
            while f"${kind}" in unit.body and kind not in chosen:
                chosen[kind] = self.call(kind) or {"text": "str", "number": "sum", "record": "dict"}[kind]
        for line in unit.imports:
            self._import(line)
        for line in Template(unit.constants).substitute(chosen).splitlines():
            if line not in self._constants:
                self._constants.append(line)
        body = Template(unit.body).substitute(chosen).strip("\n")
        self._bodies.append(body)
        self._lines += body.count("\n") + 3
        export = Export(self.name, name, unit.kind)
        self.exports.append(export)
        return export

    def _new_name(self, noun: str) -> str:
        stem = f"{self.draw.of(VERBS)}_{noun or self.draw.of(FIELDS)}"
        while stem in self._taken:
            stem = f"{self.draw.of(VERBS)}_{self.draw.of(FIELDS)}_{self.draw.of(CONCERNS)}"
        self._taken.add(stem)
        return stem

    def call(self, kind: str) -> str | None:
        """Import one of the available functions of *kind* and return how it is called."""
        fitting = [export for export in self.available if export.kind == kind]
        return self.use(self.draw.of(fitting)) if fitting else None

    def use(self, export: Export) -> str:
        """Import *export* and return how it is called; own names need no import."""
        if export.module == self.name:
            return export.name
        package, _, module = export.module.rpartition(".")
        if export.kind in ("text", "number"):
            return f"{self._local(package, module)}.{export.name}"
        return self._local(export.module, export.name)

    def _local(self, module: str, name: str) -> str:
        known = self._local_names.get((module, name))
        if known is None:
            known = name if name not in self._taken else f"{module.replace('.', '_')}_{name}"
            self._taken.add(known)
            self._local_names[module, name] = known
            self._import(f"{module}:{name}" if known == name else f"{module}:{name} as {known}")
        return known

    def _import(self, line: str) -> None:
        module, _, name = line.partition(":")
        names = self._imports.setdefault(module, set())
        names.update(name.split(",") if name else ())

    def finish(self) -> tuple[str, list[Planted]]:
        """Return the text, and where findings are planted in it."""
        groups: list[list[str]] = [[], [], [], []]
        for module, names in sorted(self._imports.items()):
            top = module.partition(".")[0]
            group = 0 if top == "__future__" else 1 if top in STANDARD else 2 if top in THIRD_PARTY else 3
            groups[group].append(f"from {module} import {', '.join(sorted(names))}" if names else f"import {module}")
        parts = [f'"""{self.doc}"""', *("\n".join(sorted(group)) for group in groups if group)]
        if self._constants:
            parts.append("\n".join(self._constants))
        text = "\n\n".join(parts) + "".join(f"\n\n\n{body}" for body in self._bodies) + "\n"
        lines = text.split("\n")
        planted = [
            Planted(found[1], self.path, number)
            for number, line in enumerate(lines, start=1)
            if (found := _MARK.search(line))
        ]
        return re.sub(r"  #!LMB\d+", "", text), planted
