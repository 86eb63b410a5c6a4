"""nbgrader's own lists of preprocessors, with ours in them.

The lists are not repeated here: whatever a newer nbgrader or a course adds stays in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrader.converters.base import BaseConverter
from traitlets import TraitType
from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue
from traitlets.utils.importstring import import_item

Kind = type[Any]


def preprocessors_of(
    c: Config, converter: type[BaseConverter], trait: str = "preprocessors"
) -> list[Kind]:
    """Return what a converter runs without us: the course's list, else nbgrader's."""
    own = defaults(converter.class_traits()[trait])
    given = c[converter.__name__].get(trait, own)
    kinds = given.get_value(own) if isinstance(given, LazyConfigValue) else given
    return [import_item(kind) if isinstance(kind, str) else kind for kind in kinds]


def replaced(kinds: Iterable[Kind], *subclasses: Kind) -> list[Kind]:
    """Replace the nbgrader class that each of our classes extends."""
    replacements = {one.__base__: one for one in subclasses}
    return [replacements.get(kind, kind) for kind in kinds]


def defaults(trait: TraitType[Any, Any]) -> list[Kind]:
    """Return the classes that an nbgrader list holds by default."""
    return list(trait.default())  # type: ignore[arg-type]
