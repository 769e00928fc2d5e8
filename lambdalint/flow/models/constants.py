"""Attributes of the standard library whose value is known on every platform of functions."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from lambdalint.flow.values import FALSE, UNKNOWN, Text, text

if TYPE_CHECKING:
    from lambdalint.flow.values import Value

CONSTANTS: dict[str, Value] = {
    "os.sep": text("/"),
    "os.path.sep": text("/"),
    "os.altsep": UNKNOWN,
    "os.curdir": text("."),
    "os.pardir": text(".."),
    "os.extsep": text("."),
    "os.linesep": text("\n"),
    "os.devnull": text("/dev/null"),
    "os.path.devnull": text("/dev/null"),
    "os.name": text("posix"),
    "sys.platform": text("linux"),
    "string.ascii_letters": (Text(string.ascii_letters),),
    "string.digits": (Text(string.digits),),
    "typing.TYPE_CHECKING": FALSE,
    "tempfile.tempdir": text("/tmp"),
}
