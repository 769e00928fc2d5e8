"""Calls of modules that are not in the project and whose arguments say that they make a Python function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdalint.deployment.terraform.code import holds, located
from lambdalint.deployment.terraform.settings import Settings
from lambdalint.deployment.terraform.values import Entries, Scalar, Unknown, text_of
from lambdalint.deployment.zipped_folder import is_folder

if TYPE_CHECKING:
    from lambdalint.deployment.terraform.module import Resource
    from lambdalint.deployment.terraform.values import Value

_PYTHON = re.compile(r"python\d")
_NAMES = {
    "handler": ("handler", "lambda_handler", "function_handler"),
    "runtime": ("runtime", "lambda_runtime", "function_runtime"),
    "timeout": ("timeout", "lambda_timeout", "function_timeout"),
    "layers": ("layers", "lambda_layers", "layer_arns"),
}
_VARIABLES = ("environment_variables", "environment", "lambda_environment", "env_vars", "environment_vars", "variables")


def of_other_module(call: Resource) -> Settings | None:
    """Return the settings that a call of an unknown module states; None where it does not look like a function's.

    It has to name a handler and a runtime of Python.
    """
    values = {
        setting: next((value for name in names if (value := call.argument(name)) is not None), None)
        for setting, names in _NAMES.items()
    }
    runtime, handler = text_of(values["runtime"]), text_of(values["handler"])
    if runtime is None or handler is None or not _PYTHON.match(runtime):
        return None
    variables = next((value for name in _VARIABLES if (value := call.argument(name)) is not None), None)
    if isinstance(variables, Entries) and "variables" in variables.entries:
        variables = variables.entries["variables"].value
    filename, folder = _code(call, handler)
    return Settings(
        call,
        handler=values["handler"],
        runtime=values["runtime"],
        timeout=values["timeout"],
        layers=values["layers"],
        variables=variables,
        # What else the module sets is not known.
        storage=call.argument("ephemeral_storage_size") or Unknown(call.block.span),
        variables_known=False,
        in_network=None,
        filename=filename,
        folder=folder,
    )


def _code(call: Resource, handler: str) -> tuple[Value | None, Value | None]:
    """Return the argument that is the path of an archive or a module, or that of the handler's folder."""
    tree = call.module.project.tree
    module = [part for part in handler.replace("/", ".").split(".")[:-1] if part]
    archive: Value | None = None
    for name in call.block.arguments:
        value = call.argument(name) if name not in {"handler", "runtime", "source", "layers"} else None
        if not isinstance(value, (Scalar, Unknown)):
            continue
        origin = value.origin.resource if value.origin is not None else None
        path = located(tree, value, call.module)
        if path is not None and is_folder(tree, path) and holds(tree, path, module):
            return None, value
        single = path is not None and path in tree and path.endswith(".py")
        if single or (origin is not None and origin.kind == "archive_file") or (path or "").endswith(".zip"):
            archive = archive or value
    return archive, None
