"""What a stream is made of. The reader, the checks, the dbt source and the dictionary follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

import pyarrow as pa

from foundation._decimal_text import DECIMAL_PLACES, DECIMAL_PRECISION

__all__ = ["AgeRule", "Column", "Kind", "OrderRule", "Stream"]

INSTANT: Final = pa.timestamp("us")
DECIMAL: Final = pa.decimal128(DECIMAL_PRECISION, DECIMAL_PLACES)


class Kind(Enum):
    """What a column holds, and so which input is taken for it."""

    TEXT = "text"
    REFERENCE = "reference"  # an object's id, given as text or as the expanded object
    INTEGER = "integer"  # 64 bits
    DECIMAL = "decimal"  # DECIMAL(38, 12), exact
    BOOLEAN = "boolean"
    INSTANT = "instant"  # UTC, to the microsecond; given as seconds or as ISO 8601
    JSON = "json"  # any value, kept as canonical JSON text
    TEXT_LIST = "list of text"
    REFERENCE_LIST = "list of references"
    TEXT_MAP = "map of text"
    RECORDS = "list of records"


_SCALAR_TYPES: Final[dict[Kind, pa.DataType]] = {
    Kind.TEXT: pa.string(),
    Kind.REFERENCE: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: DECIMAL,
    Kind.BOOLEAN: pa.bool_(),
    Kind.INSTANT: INSTANT,
    Kind.JSON: pa.string(),
    Kind.TEXT_LIST: pa.list_(pa.field("element", pa.string())),
    Kind.REFERENCE_LIST: pa.list_(pa.field("element", pa.string())),
    Kind.TEXT_MAP: pa.map_(pa.string(), pa.string()),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a stream, and where in the input its value is found.

    `sources` are dotted paths into the input row, the first that is present wins; a number in a
    path is a position in a list; without sources the column's own name is the path. `allowed`,
    `minimum` and `longest` bound the value, all inclusive. `whole` asks a decimal to have no
    fraction. `null_words` are texts that mean absent. `default` is the text taken when the input
    has none; `default_from` names the column whose value is taken then; `derived_prefix` says that
    an absent id is made of the prefix, the batch id and the row's position in it. `keyed_by` says
    that records come as an object, whose keys go to that column.
    """

    name: str
    kind: Kind
    description: str
    sources: tuple[str, ...] = ()
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    longest: int | None = None
    whole: bool = False
    default: str | None = None
    default_from: str | None = None
    derived_prefix: str | None = None
    null_words: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    keyed_by: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Where in the input row the value is looked for, in order."""
        return self.sources or (self.name,)

    @property
    def arrow_type(self) -> pa.DataType:
        """The type of the column in the lake."""
        if self.kind is not Kind.RECORDS:
            return _SCALAR_TYPES[self.kind]
        keyed = [pa.field(self.keyed_by, pa.string())] if self.keyed_by else []
        members = [pa.field(column.name, column.arrow_type) for column in self.columns]
        return pa.list_(pa.field("element", pa.struct([*keyed, *members])))

    @property
    def arrow_field(self) -> pa.Field[pa.DataType]:
        """The field of the column in the lake; only a required one is declared not null."""
        return pa.field(self.name, self.arrow_type, nullable=not self.required)


@dataclass(frozen=True, slots=True)
class AgeRule:
    """An event's time may lie this far from its receipt, bounds inclusive, in seconds."""

    column: str
    past: int
    ahead: int


@dataclass(frozen=True, slots=True)
class OrderRule:
    """Of two instants in a row the second must not come before the first; equal is allowed."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: what its rows are, what they hold, and what a row must satisfy to land.

    `columns` are the stream's own; `landing_columns` come before them and are filled by landing,
    from the row where the row carries them. `object_names` are the values of Stripe's `object`
    that belong to the stream.
    """

    name: str
    kind: Literal["events", "objects"]
    grain: str
    description: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    event_time: str
    landing_columns: tuple[Column, ...]
    object_names: tuple[str, ...] = ()
    age_rule: AgeRule | None = None
    order_rules: tuple[OrderRule, ...] = ()
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = (*self.landing_columns, *self.columns)
        names = {column.name: column for column in every}
        if len(names) != len(every):
            raise ValueError(f"the stream {self.name} declares a column twice")
        object.__setattr__(self, "by_name", names)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column of the lake file, in its order."""
        return (*self.landing_columns, *self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The columns of a batch file in the lake."""
        return pa.schema([column.arrow_field for column in self.all_columns])
