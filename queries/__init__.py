"""Reads over the published file: check parameters, ask the marts, shape Stripe's objects.

Asking
    BuildPool(place)            readers of a home's current build, of one build, or of a file
    READS                       every endpoint that reads, as a table of `Route`
    Routes                      finds a route by method and path
    Question                    one request, its parameters checked

Parameters
    Parameter, Parameters       what an endpoint takes
    Text, Integer, …            kinds of value, each with Stripe's refusals

Errors
    StripeError and below       Stripe's error objects as exceptions (see `queries._errors`)

Nothing here writes, and nothing here knows of landing or of dbt.
"""

from queries._build import Build, locate
from queries._column_names import distinct_names
from queries._drafts import UNBUILT_EDITS, find_draft, lend_edits, lines_of, require_draft
from queries._errors import (
    APIError,
    AuthenticationError,
    IdempotencyError,
    InvalidRequestError,
    PermissionError,
    RateLimitError,
    StripeError,
    TemporarySessionExpiredError,
    no_such,
)
from queries._expand import Object
from queries._invoices import answer_draft
from queries._kinds import (
    Boolean,
    Choice,
    DecimalText,
    Either,
    Integer,
    Kind,
    ListOf,
    Text,
    TextMap,
    Timestamp,
)
from queries._landed import IN_MODE, find_landed, is_landed
from queries._objects import show_objects
from queries._page import Key, Listing, Page, Slice, fetch_page
from queries._parameters import EXPAND, PAGING, Parameter, Parameters, nested
from queries._pool import BuildPool
from queries._reader import Reader
from queries._reads import READS
from queries._route import DEFAULT_VERSION, Question, Route, Routes, list_object
from queries._usage_record_rules import accept_usage_record

__all__ = [
    "DEFAULT_VERSION",
    "EXPAND",
    "IN_MODE",
    "PAGING",
    "READS",
    "UNBUILT_EDITS",
    "APIError",
    "AuthenticationError",
    "Boolean",
    "Build",
    "BuildPool",
    "Choice",
    "DecimalText",
    "Either",
    "IdempotencyError",
    "Integer",
    "InvalidRequestError",
    "Key",
    "Kind",
    "ListOf",
    "Listing",
    "Object",
    "Page",
    "Parameter",
    "Parameters",
    "PermissionError",
    "Question",
    "RateLimitError",
    "Reader",
    "Route",
    "Routes",
    "Slice",
    "StripeError",
    "TemporarySessionExpiredError",
    "Text",
    "TextMap",
    "Timestamp",
    "accept_usage_record",
    "answer_draft",
    "distinct_names",
    "fetch_page",
    "find_draft",
    "find_landed",
    "is_landed",
    "lend_edits",
    "lines_of",
    "list_object",
    "locate",
    "nested",
    "no_such",
    "require_draft",
    "show_objects",
]
