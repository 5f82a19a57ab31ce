"""What every other room needs: streams, errors, settings, the home's layout, exact numbers.

Nothing here reads a database or runs dbt. Streams are declared in `foundation.streams`, errors in
`foundation.errors`, paths in `foundation.home`, settings in `foundation.settings`.
"""

from foundation._canonical_json import (
    JsonNumber,
    JsonTextError,
    decode_json,
    decode_json_text,
    encode_json,
    json_end,
)
from foundation._decimal_text import (
    DECIMAL_PATTERN,
    DECIMAL_PLACES,
    DECIMAL_PRECISION,
    WHOLE_DIGITS,
    decimal_text,
    parse_decimal,
)
from foundation._failpoints import FAIL_POINT_VARIABLE, fail_point
from foundation._project import project_dir
from foundation.home import Home
from foundation.settings import Settings
from foundation.streams import STREAMS, Stream, stream

__all__ = [
    "DECIMAL_PATTERN",
    "DECIMAL_PLACES",
    "DECIMAL_PRECISION",
    "FAIL_POINT_VARIABLE",
    "STREAMS",
    "WHOLE_DIGITS",
    "Home",
    "JsonNumber",
    "JsonTextError",
    "Settings",
    "Stream",
    "decimal_text",
    "decode_json",
    "decode_json_text",
    "encode_json",
    "fail_point",
    "json_end",
    "parse_decimal",
    "project_dir",
    "stream",
]
