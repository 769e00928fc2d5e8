"""The folders that a CDK program packs: of functions, and of their layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.cdk.bundling import bundled_build, plain_build, python_build
from lambdalint.deployment.cdk.expression import Call, Member, Nothing, Sequence, Text, snake_case
from lambdalint.deployment.cdk.path import below_root
from lambdalint.deployment.package_patterns import understood
from lambdalint.model import Build, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdalint.deployment.cdk.expression import Expression, Properties, Values
    from lambdalint.model import Span, Tree

MAX_ITEMS = 50
_ARCHIVES = (".zip", ".jar")
_LAMBDA = "aws_cdk.aws_lambda."
_PYTHON = ("aws_cdk.aws_lambda_python_alpha.", "aws_cdk.aws_lambda_python.")
PYTHON_FUNCTIONS = frozenset(f"{module}PythonFunction" for module in _PYTHON)
_PYTHON_LAYERS = frozenset(f"{module}PythonLayerVersion" for module in _PYTHON)
_ASSETS = frozenset(
    f"{_LAMBDA}{name}" for name in ("Code.from_asset", "Code.asset", "AssetCode.from_asset", "AssetCode")
)
_BUCKETS = frozenset(f"{_LAMBDA}{name}" for name in ("Code.from_bucket", "Code.bucket", "S3Code"))
_OTHER_CODE = (f"{_LAMBDA}Code.", f"{_LAMBDA}InlineCode", f"{_LAMBDA}S3Code", f"{_LAMBDA}DockerImageCode.")


class Asset(msgspec.Struct, frozen=True):
    """A folder that is packed, and how; ``bundled`` tells that a command makes the package of it."""

    folder: str
    build: Build
    bundled: bool = False
    packaged: tuple[str, ...] = ()
    span: Span | None = None


class NoAsset(msgspec.Struct, frozen=True):
    """Why there is no folder; ``reason`` is "" where the code is known to come from elsewhere.

    ``missing`` is the path, relative to the root, of what is not in the project, or whose content is not known.
    """

    reason: str
    span: Span
    missing: str | None = None


def entry_asset(tree: Tree, properties: Properties, values: Values, span: Span) -> Asset | NoAsset:
    """Return the folder that ``entry`` names, as ``PythonFunction`` packs it."""
    entry = properties.get("entry")
    folder = asset_folder(tree, values, entry, span)
    if isinstance(folder, NoAsset):
        return folder
    given = properties.get("bundling")
    bundling = values.properties(given)
    build = python_build(tree, folder, bundling)
    if not properties.complete or (given is not None and bundling is None):
        build = Build(build.manifests, confidence="medium")
    excludes = bundling.get("asset_excludes") if bundling is not None else None
    return Asset(folder, build, packaged=_without(values.texts(excludes)), span=entry.span if entry else None)


def code_asset(tree: Tree, code: Expression | None, values: Values, span: Span) -> Asset | NoAsset:
    """Return the folder of ``Code.from_asset`` and the like."""
    called = values.called(code)
    name, call = called if called is not None else ("", None)
    if call is not None and name in _BUCKETS:
        path = key_asset(values, values.argument(call, 1, "key") or values.argument(call, 1, "object_key"))
        if path is not None:
            folder = asset_folder(tree, values, path, call.span)
            return folder if isinstance(folder, NoAsset) else Asset(folder, plain_build(tree, folder), span=path.span)
        published = values.text(values.argument(call, 1, "key")) or ""
        return NoAsset("", call.span, published.lstrip("/") or None)
    if call is None or name not in _ASSETS:
        known = name.startswith(_OTHER_CODE)
        return NoAsset("" if known else "its code is not known", code.span if code is not None else span)
    path = values.argument(call, 0, "path")
    folder = asset_folder(tree, values, path, call.span)
    if isinstance(folder, NoAsset):
        return folder
    options = values.keywords(call) if call.keywords else values.properties(_second(call))
    if options is None:
        build = plain_build(tree, folder) if len(call.arguments) < 2 else Build()
        return Asset(folder, build, bundled=len(call.arguments) > 1, span=path.span if path else None)
    excluded = _without(values.texts(options.get("exclude")))
    place = path.span if path is not None else None
    given = options.get("bundling")
    bundling = values.properties(given)
    if given is None or isinstance(values.follow(given), Nothing):
        build = plain_build(tree, folder) if options.complete else Build()
        return Asset(folder, build, bundled=not options.complete, packaged=excluded, span=place)
    build = bundled_build(tree, folder, bundling, values) if bundling is not None else Build()
    return Asset(folder, build, bundled=True, packaged=excluded, span=place)


def key_asset(values: Values, key: Expression | None) -> Expression | None:
    """Return the path of the ``Asset`` whose key in the bucket *key* is, or None."""
    member = values.follow(key)
    if not isinstance(member, Member) or snake_case(member.name) != "s3_object_key":
        return None
    called = values.called(member.of)
    if called is None or called[0] != "aws_cdk.aws_s3_assets.Asset":
        return None
    properties = construct_properties(called[1], values)
    return properties.get("path") if properties is not None else None


def _second(call: Call) -> Expression | None:
    return call.arguments[1] if len(call.arguments) > 1 else None


def asset_folder(tree: Tree, values: Values, path: Expression | None, span: Span) -> str | NoAsset:
    """Return the folder of the project that a *path* of the program names, or why there is none."""
    span = path.span if path is not None else span
    text = values.text(path)
    if text is None:
        return NoAsset("the folder of its code is not known", span)
    directory = values.directory
    if directory is None and not text.startswith("/"):
        fitting = [one for one in values.candidates if below_root(text, one) in tree.directories]
        if len(fitting) != 1:
            nearest = next(iter(values.candidates), None)
            missing = below_root(text, nearest) if nearest is not None and text.endswith(_ARCHIVES) else None
            return NoAsset("no cdk.json shows which folder its code's path starts from", span, missing)
        directory = fitting[0]
    found = below_root(text, directory)
    if found is None:
        return NoAsset("its code lies outside of the project", span)
    if found in tree or found.endswith(_ARCHIVES):
        return NoAsset(f"its code is an archive: {found}", span, found)
    if found in tree.directories:
        return found
    return NoAsset(f"the folder {found} is not in the project", span, found)


def _without(excludes: Iterable[str | None]) -> tuple[str, ...]:
    """Return the patterns of a package that lacks what *excludes* names; where one takes back another, none."""
    patterns: list[str] = []
    for exclude in list(excludes)[:MAX_ITEMS]:
        if exclude is None:
            continue
        name = exclude.strip().rstrip("/")
        if exclude.startswith("!"):
            return ()
        anywhere = name if name.startswith(("/", "**")) or "/" in name else f"**/{name}"
        both = [f"!{anywhere.lstrip('/')}", f"!{anywhere.lstrip('/')}/**"]
        patterns += [one for one in both if name and understood(one)]
    return tuple(patterns)


class Layers(msgspec.Struct, frozen=True):
    """The layers of a function, and the folders that land below ``python`` in them."""

    layers: tuple[Layer, ...] = ()
    search_path: tuple[str, ...] = ()


def read_layers(tree: Tree, expression: Expression | None, values: Values) -> Layers:
    """Return the layers that a list in the program holds."""
    if expression is None:
        return Layers()
    listed = values.follow(expression)
    if isinstance(listed, Nothing):
        return Layers()
    if not isinstance(listed, Sequence):
        return Layers((Layer("unknown", None, expression.span),))
    found: list[Layer] = []
    search_path: list[str] = []
    for item in listed.items[:MAX_ITEMS]:
        layer = _layer(tree, item, values)
        found.append(layer)
        called = values.called(item)
        if called is not None and called[0] in _PYTHON_LAYERS and layer.directory is not None:
            search_path.append(layer.directory)
    if not listed.complete:
        found.append(Layer("unknown", None, listed.span))
    return Layers(tuple(found), tuple(dict.fromkeys(search_path)))


def _layer(tree: Tree, item: Expression, values: Values) -> Layer:
    called = values.called(item)
    if called is None:
        return Layer("unknown", None, item.span)
    name, call = called
    identity = values.follow(values.argument(call, 1, "id"))
    known = identity.value if isinstance(identity, Text) and name.startswith("aws_cdk.") else "unknown"
    if name == f"{_LAMBDA}LayerVersion.from_layer_version_arn":
        arn = values.argument(call, 2, "layer_version_arn")
        return Layer(_arn(values, arn) or known, None, item.span)
    properties = construct_properties(call, values)
    if properties is None:
        return Layer(known, None, item.span)
    if name == f"{_LAMBDA}LayerVersion.from_layer_version_attributes":
        return Layer(_arn(values, properties.get("layer_version_arn")) or known, None, item.span)
    asset: Asset | NoAsset
    if name in _PYTHON_LAYERS:
        asset = entry_asset(tree, properties, values, call.span)
    elif name == f"{_LAMBDA}LayerVersion":
        asset = code_asset(tree, properties.get("code"), values, call.span)
    else:
        return Layer(known, None, item.span)
    if isinstance(asset, NoAsset):
        return Layer(known, None, item.span)
    return Layer(known, asset.folder, item.span, asset.build)


def _arn(values: Values, arn: Expression | None) -> str | None:
    """Return an ARN with ``*`` for what only the deployment knows, such as the region."""
    text = values.text(arn, hole="*")
    return text if text is not None and text.startswith(("arn:", "*arn:")) else None


def construct_properties(call: Call, values: Values) -> Properties | None:
    """Return the properties of a construct: keywords in Python, an object as the third argument in TypeScript."""
    if call.keywords:
        return values.keywords(call)
    return values.properties(call.arguments[2]) if len(call.arguments) > 2 else None
