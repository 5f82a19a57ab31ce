"""A request's parameters: which there are, which are required, and reading them at once.

Refusals come in Stripe's order: first unknown parameters, then each value, then what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from queries._errors import InvalidRequestError
from queries._kinds import Either, Integer, Kind, ListOf, Text, Timestamp, invalid


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, kind, whether it must be there, and what it means."""

    name: str
    kind: Kind
    doc: str
    required: bool = False


class Parameters(Kind):
    """A fixed set of parameters; also the kind of a nested map such as ``period``."""

    def __init__(self, *parameters: Parameter) -> None:
        self._by_name = {parameter.name: parameter for parameter in parameters}
        self._required = tuple(each.name for each in parameters if each.required)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._by_name.values())

    def plus(self, *more: Parameter) -> Parameters:
        """Give these parameters and ``more``."""
        return Parameters(*self, *more)

    def parse(self, value: object, path: str = "") -> dict[str, Any]:
        """Read a map of parameters; a value of None counts as absent, as in Stripe's packages."""
        if type(value) is not dict and not isinstance(value, Mapping):
            raise invalid("Invalid object", path)
        given = cast("Mapping[str, object]", value)
        known = self._by_name
        if not given.keys() <= known.keys():
            self._refuse_unknown(given, path)
        parsed = {
            name: known[name].kind.parse(item, f"{path}[{name}]" if path else name)
            for name, item in given.items()
            if item is not None
        }
        for name in self._required:
            if name not in parsed:
                name = nested(path, name)
                raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
        return parsed

    def schema(self) -> dict[str, Any]:
        """Describe the map as a JSON schema."""
        required = [parameter.name for parameter in self if parameter.required]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                parameter.name: {**parameter.kind.schema(), "description": parameter.doc}
                for parameter in self
            },
            **({"required": required} if required else {}),
        }

    def _refuse_unknown(self, given: Mapping[str, object], path: str) -> None:
        unknown = [
            str(name)
            for name, item in given.items()
            if item is not None and name not in self._by_name
        ]
        if not unknown:
            return
        names = [nested(path, name) for name in unknown]
        plural = "" if len(names) == 1 else "s"
        message = f"Received unknown parameter{plural}: {', '.join(names[:5])[:500]}"
        near = get_close_matches(unknown[0][:50], self._by_name, n=1)
        if near and len(names) == 1:
            message += f". Did you mean {nested(path, near[0])}?"
        raise InvalidRequestError(message, param=names[0][:500], code="parameter_unknown")


def nested(path: str, name: str) -> str:
    """Name a parameter inside another: ``lines[0][amount]``."""
    return f"{path}[{name}]" if path else name


EXPAND = Parameter(
    "expand",
    ListOf(Text(500), most=20),
    "Fields to answer in full instead of by id, such as price.product; at most 4 levels.",
)

INSTANT_OR_RANGE = Either(
    of_map=Parameters(
        Parameter("gt", Timestamp(), "Later than this instant."),
        Parameter("gte", Timestamp(), "At this instant or later."),
        Parameter("lt", Timestamp(), "Earlier than this instant."),
        Parameter("lte", Timestamp(), "At this instant or earlier."),
    ),
    of_other=Timestamp(),
)
"""An instant, or a range of them; bounds are in whole seconds since 1970."""

PAGING = (
    Parameter("limit", Integer(1, 100), "How many objects to answer, 1 to 100; 10 by default."),
    Parameter("starting_after", Text(), "An object's id: answer the objects after it, the older."),
    Parameter("ending_before", Text(), "An object's id: answer the objects before it, the newer."),
    EXPAND,
)
"""What every list takes."""
