"""A service of the generated project: a template, functions, and the modules behind them, five to eight calls deep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.monorepo.module import Module
from benchmarks.monorepo.units_classes import CLIENT, EXECUTE, HANDLERS, MODEL, SETTINGS, TABLE
from benchmarks.monorepo.words import CONCERNS
from benchmarks.monorepo.writing import add_apply, add_pure, add_steps, calls_of

if TYPE_CHECKING:
    from benchmarks.monorepo.draw import Draw
    from benchmarks.monorepo.module import Export
    from benchmarks.monorepo.writing import Project

LINES_OF_MODULE = 180
_LINES_AROUND = 240
"""What handler, use case, model, table and messages of a function take."""


class Service:
    """Writes one service, function by function."""

    def __init__(self, name: str, project: Project, draw: Draw) -> None:
        self.name = name
        self.functions: list[str] = []
        self._root = f"services/{name}/src"
        self._project = project
        self._draw = draw
        self._neighbour: list[Export] = []
        for package in ("", "/models", "/tables", "/rules", "/exports", "/usecases"):
            self._write(self._module(f"{name}{package}/__init__", "Part of a service."))
        config = self._module(f"{name}/config", "The settings of the service.")
        self._settings = config.add(SETTINGS, name="Settings")
        self._write(config)

    def add_function(self, entity: str, lines: int, shared: list[Module]) -> None:
        """Write a function and the modules that serve it alone, about *lines* in all; it calls *shared*, too."""
        available = [export for module in shared for export in module.exports]
        words = {"pluralword": f"{entity}s"}
        title = "".join(part.title() for part in entity.split("_"))
        model = self._module(f"{self.name}/models/{entity}", f"What is known of one {entity}.")
        of_model = model.add(MODEL, name=title, **words)
        self._write(model)
        table = self._module(f"{self.name}/tables/{entity}", f"Where each {entity} is stored.")
        of_table = table.add(TABLE, name=f"{title}Table", **words)
        self._write(table)
        start = self._project.lines
        rules: list[Export] = []
        concerns = self._draw.some(CONCERNS, len(CONCERNS))
        while (left := lines - _LINES_AROUND - (self._project.lines - start)) > 40 and len(rules) < len(concerns):
            many = left > LINES_OF_MODULE * 1.4
            size = self._draw.between(LINES_OF_MODULE - 60, LINES_OF_MODULE + 60) if many else left
            rules.append(self._rules(entity, concerns[len(rules)], size, available))
        exports = self._exports(entity, [*available, *rules], words)
        usecase = self._module(f"{self.name}/usecases/{entity}", f"What is done with each {entity}.")
        called = [*rules, *(module.exports[-1] for module in shared), *self._neighbour]
        prepare, results = calls_of(usecase, called, " " * 8)
        of_usecase = usecase.add(
            EXECUTE,
            name=f"Handle{title}",
            settings=usecase.use(self._settings),
            table=usecase.use(of_table),
            model=usecase.use(of_model),
            prepare=prepare,
            prepared=", ".join(f'"{result}": {result}' for result in results),
            publish=usecase.use(exports),
            **words,
        )
        self._write(usecase)
        self._neighbour = rules[:1]
        handler = self._module(f"handlers/{entity}", f"The entry of the function for {entity}s.")
        names = {"execute": handler.use(of_usecase), "settings": handler.use(self._settings)}
        handler.add(self._draw.of(HANDLERS), name="handler", **names)
        self._write(handler)
        self.functions.append(entity)

    def _rules(self, entity: str, concern: str, lines: int, available: list[Export]) -> Export:
        module = self._module(f"{self.name}/rules/{entity}_{concern}", f"The {concern} of one {entity}.")
        module.available = available
        add_steps(module, self._project, int(self._draw.chance(0.2)))
        add_pure(module, lines, basic=False)
        apply = add_apply(module, f"apply_{entity}_{concern}", [])
        self._write(module)
        return apply

    def _exports(self, entity: str, available: list[Export], words: dict[str, str]) -> Export:
        module = self._module(f"{self.name}/exports/{entity}", f"What of each {entity} goes to others.")
        module.available = available
        module.add(CLIENT, **words)
        add_steps(module, self._project, 1)
        apply = add_apply(module, f"publish_{entity}", [])
        self._write(module)
        return apply

    def _module(self, path: str, doc: str) -> Module:
        name = path.removesuffix("/__init__").replace("/", ".")
        return Module(f"{self._root}/{path}.py", name, self._draw, doc)

    def _write(self, module: Module) -> None:
        self._project.finish(module)

    def finish(self) -> None:
        """Write the template and the requirements."""
        root = f"services/{self.name}"
        self._project.files[f"{root}/template.yaml"] = template(self.name, self.functions)
        self._project.files[f"{root}/src/requirements.txt"] = (
            "boto3==1.35.0  # the runtime changes its own without notice\n"
        )


_TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: The service {name}

Globals:
  Function:
    Runtime: python3.12
    Timeout: 30
    MemorySize: 512
    Environment:
      Variables:
        TABLE_NAME: {name}
        BUCKET: {name}-files
        STAGE: prod

Resources:
  Common:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: ../../shared
      CompatibleRuntimes: [python3.12]
"""
_FUNCTION = """
  {title}Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: handlers.{entity}.handler
      Layers: [!Ref Common]
      Environment:
        Variables:
          LIMIT: "{limit}"
"""


def template(name: str, functions: list[str]) -> str:
    """Return the SAM template of a service."""
    parts = [_TEMPLATE.format(name=name)]
    for number, entity in enumerate(functions):
        title = "".join(part.title() for part in entity.split("_"))
        parts.append(_FUNCTION.format(title=title, entity=entity, limit=20 + number))
    return "".join(parts)
