"""One source file to ModuleFacts: a compact form of its code that can be cached and can cross a process."""

from lambdalint.facts.ir import ModuleFacts
from lambdalint.facts.reader import CannotParse, decode, parse, read_module, read_text

__all__ = ["CannotParse", "ModuleFacts", "decode", "parse", "read_module", "read_text"]
