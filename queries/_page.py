"""Pages of a list, cut by the keys of the cursor's row, newest first.

Most are cut in SQL. A list that is short by what it is, such as the lines of one invoice, is read
whole and cut here: to plan a sort and a limit takes longer than to read its rows.

Semantics (https://docs.stripe.com/api/pagination): ``starting_after`` answers what follows the
cursor, ``ending_before`` the page that touches the cursor from the other side, still newest first.
``has_more`` says whether anything is left beyond the far end of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from queries._errors import InvalidRequestError, no_such
from queries._reader import Reader


@dataclass(frozen=True, slots=True)
class Page:
    """What of a list is asked for."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None

    @staticmethod
    def of(params: Mapping[str, Any]) -> Page:
        """Take the paging parameters; both cursors at once are refused."""
        page = Page(
            limit=params.get("limit", 10),
            starting_after=params.get("starting_after"),
            ending_before=params.get("ending_before"),
        )
        if page.starting_after is not None and page.ending_before is not None:
            raise InvalidRequestError(
                "Received both starting_after and ending_before parameters. "
                "Please pass in only one.",
                param="ending_before",
                code="parameters_exclusive",
            )
        return page


@dataclass(frozen=True, slots=True)
class Key:
    """A column that orders a list. None of its values may be null."""

    column: str
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its rows in SQL, the keys that order them, and the noun an unknown cursor is told.

    ``rows`` and ``cursors`` are SQL texts of ours with named parameters; nothing a caller sends is
    ever part of them. ``cursors`` holds the rows a cursor may name, where that is more than the
    list itself: a filter does not make a cursor unknown.
    """

    noun: str
    rows: str
    keys: tuple[Key, ...]
    cursors: str | None = None
    id_column: str = "id"


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows, in list order."""

    rows: list[dict[str, Any]]
    has_more: bool


def fetch_page(
    reader: Reader,
    listing: Listing,
    values: Mapping[str, object],
    page: Page,
    *,
    when_empty: Callable[[], None] | None = None,
) -> Slice:
    """Answer one page of a list.

    ``when_empty`` is called where the page has no row, before the cursor is looked for: whatever
    the list hangs on may not exist, and only then is that worth a query.
    """
    cursor = page.starting_after if page.ending_before is None else page.ending_before
    backwards = page.ending_before is not None
    sql = _page_sql(listing, with_cursor=cursor is not None, backwards=backwards)
    bound: dict[str, object] = {**values, "page_rows": page.limit + 1}
    if cursor is not None:
        bound["page_cursor"] = cursor
    rows = reader.rows(sql, bound)
    if not rows and when_empty is not None:
        when_empty()
    if not rows and cursor is not None:
        _require_cursor(reader, listing, values, cursor, backwards=backwards)
    has_more = len(rows) > page.limit
    rows = rows[: page.limit]
    return Slice(rows[::-1] if backwards else rows, has_more)


def read_page(
    reader: Reader,
    listing: Listing,
    values: Mapping[str, object],
    page: Page,
    *,
    when_empty: Callable[[], None] | None = None,
) -> Slice:
    """Answer one page of a list that is short by what it is; else as ``fetch_page``.

    A cursor may name only rows of the list itself.
    """
    rows = reader.rows(listing.rows, values)
    if not rows and when_empty is not None:
        when_empty()
    for key in reversed(listing.keys):
        rows.sort(key=itemgetter(key.column), reverse=key.descending)
    return cut_page(rows, page, listing.noun, listing.id_column)


def cut_page(rows: list[dict[str, Any]], page: Page, noun: str, id_column: str = "id") -> Slice:
    """Cut one page out of all rows of a list, which are in its order."""
    if page.ending_before is not None:
        end = _place(rows, id_column, page.ending_before, noun, "ending_before")
        start = max(0, end - page.limit)
        return Slice(rows[start:end], has_more=start > 0)
    start = 0
    if page.starting_after is not None:
        start = _place(rows, id_column, page.starting_after, noun, "starting_after") + 1
    end = start + page.limit
    return Slice(rows[start:end], has_more=end < len(rows))


def _place(rows: list[dict[str, Any]], id_column: str, cursor: str, noun: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row.get(id_column) == cursor:
            return place
    raise no_such(noun, cursor, param=param, http_status=400)


def _page_sql(listing: Listing, *, with_cursor: bool, backwards: bool) -> str:
    order = ", ".join(
        f"{key.column} {'desc' if key.descending is not backwards else 'asc'}"
        for key in listing.keys
    )
    if not with_cursor:
        return f"{listing.rows} order by {order} limit cast($page_rows as bigint)"
    columns = ", ".join(f"{key.column} as anchor_{key.column}" for key in listing.keys)
    return (
        f"with anchor as (select {columns} from ({_cursors(listing)}) as cursors "
        f"where {listing.id_column} = $page_cursor limit 1) "
        f"select matches.* from ({listing.rows}) as matches cross join anchor "
        f"where {_beyond(listing.keys, backwards=backwards)} order by {order} "
        "limit cast($page_rows as bigint)"
    )


def _beyond(keys: tuple[Key, ...], *, backwards: bool) -> str:
    """Say in SQL that a row lies beyond the anchor, key by key."""
    key, rest = keys[0], keys[1:]
    sign = "<" if key.descending is not backwards else ">"
    first = f"{key.column} {sign} anchor_{key.column}"
    if not rest:
        return f"({first})"
    equal = f"{key.column} = anchor_{key.column}"
    return f"({first} or ({equal} and {_beyond(rest, backwards=backwards)}))"


def _cursors(listing: Listing) -> str:
    return listing.cursors or listing.rows


def _require_cursor(
    reader: Reader,
    listing: Listing,
    values: Mapping[str, object],
    cursor: str,
    *,
    backwards: bool,
) -> None:
    sql = (
        f"select 1 from ({_cursors(listing)}) as cursors "
        f"where {listing.id_column} = $page_cursor limit 1"
    )
    if not reader.rows(sql, {**values, "page_cursor": cursor}):
        param = "ending_before" if backwards else "starting_after"
        raise no_such(listing.noun, cursor, param=param, http_status=400)
