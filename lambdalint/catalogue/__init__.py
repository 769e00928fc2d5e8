"""Models as data: what calls do to the file system, what they return, and what platforms offer."""

from lambdalint.catalogue.loader import Catalogue, CatalogueError, build, load, parse_file
from lambdalint.catalogue.parameter import Parameter, parse_parameter
from lambdalint.catalogue.user_rows import in_use

__all__ = ["Catalogue", "CatalogueError", "Parameter", "build", "in_use", "load", "parse_file", "parse_parameter"]
