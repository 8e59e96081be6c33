"""Police records as a force sends them: persons, objects, locations, events, and what ties them together.

`spec` says which tables and columns there are, `mapping` which of an agency's files and columns feed them,
`guess` proposes a mapping from the headings, `standard` brings dates and codes to one form beside what was
written, and `reading` reads a folder under a mapping.
"""

from pathways.analysis.pole.guess import guess
from pathways.analysis.pole.mapping import Mapping, MappingError, load
from pathways.analysis.pole.reading import Extract, Problem, read, read_sheets
from pathways.analysis.pole.spec import TABLES

__all__ = ["TABLES", "Extract", "Mapping", "MappingError", "Problem", "guess", "load", "read", "read_sheets"]
