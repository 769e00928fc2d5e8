"""Models as data: what calls do to the file system, what they return, and what platforms offer."""

from lambdalint.catalogue.loader import Catalogue, CatalogueError, build, load, parse_file
from lambdalint.catalogue.parameter import Parameter, parse_parameter

__all__ = ["Catalogue", "CatalogueError", "Parameter", "build", "load", "parse_file", "parse_parameter"]
