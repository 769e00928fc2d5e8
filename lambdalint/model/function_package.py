"""All that a function finds at run time: its package and its layers."""

from __future__ import annotations

import msgspec

from lambdalint.model.deployment import Function, Layer  # noqa: TC001 - decoding looks at the fields' types
from lambdalint.model.package import Contents  # noqa: TC001 - as above


class LayerContents(msgspec.Struct, frozen=True):
    """A layer of a function with what it holds."""

    layer: Layer
    contents: Contents


class FunctionPackage(msgspec.Struct, frozen=True):
    """All that a function finds at run time besides the standard library.

    ``runtime`` are the names of the distributions that the platform's runtime brings. ``limit_mb`` is the limit of
    package and layers, unpacked; None where the platform states none. ``takes_layers`` tells that the platform has
    layers and the function could use one.
    """

    function: Function
    package: Contents
    layers: tuple[LayerContents, ...] = ()
    runtime: tuple[str, ...] = ()
    limit_mb: int | float | None = None
    takes_layers: bool = False

    @property
    def layers_complete(self) -> bool:
        """Whether it is known of each layer what it holds."""
        return all(one.contents.complete for one in self.layers)
