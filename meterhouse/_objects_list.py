"""A page of a list, and the pages before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from meterhouse._objects import StripeObject

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from meterhouse._objects_frames import Rows

T = TypeVar("T", bound=StripeObject)
Objects: TypeAlias = list[T]
"""Named outside the class, where ``list`` is the method of that name."""
Fetch = Callable[[str, Mapping[str, Any]], "ListObject[Any]"]
"""Ask for a page: the list's path and the parameters."""


class ListObject(StripeObject, Generic[T]):
    """One page of a list, newest first. Iterating gives the page's objects.

    Beyond the stripe package, ``next_page()`` and ``previous_page()`` know on which side
    ``has_more`` speaks: it tells of what is older, and of what is newer on a page asked for by
    ``ending_before``. The other side is asked for.
    """

    data: Objects[T]
    """The objects of the page."""
    has_more: bool
    """Whether more objects lie beyond the page's far end."""
    url: str
    """The path of the list."""

    _fetch: Fetch | None = None
    _asked: Mapping[str, Any] = {}

    def __iter__(self) -> Iterator[T]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Iterate over the objects of the page, not over keys; as in the stripe package."""
        return iter(self._objects())

    def __len__(self) -> int:
        return len(self._objects())

    def __reversed__(self) -> Iterator[T]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return reversed(self._objects())

    def __getitem__(self, key: str) -> Any:
        if isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            return super().__getitem__(key)
        raise KeyError(
            f"A list has fields, not places: use .data[{key!r}] for an object of the page."
        )

    @property
    def is_empty(self) -> bool:
        """Whether the page has no object."""
        return not self._objects()

    def auto_paging_iter(self) -> Iterator[T]:
        """Iterate over this page and all that follow, asking for each when it is needed.

        On a page asked for by ``ending_before`` the iteration goes towards the newest, from the
        object nearest to the cursor on.
        """
        page = self
        while not page.is_empty:
            if page._goes_back:
                yield from reversed(page)
                page = page.previous_page()
            else:
                yield from page
                page = page.next_page()

    def next_page(self, **params: Any) -> ListObject[T]:
        """Give the page after this one (older objects); an empty one after the last."""
        if self.is_empty or (not self.has_more and not self._goes_back):
            return self._empty()
        return self._page("starting_after", self._objects()[-1], params)

    def previous_page(self, **params: Any) -> ListObject[T]:
        """Give the page before this one (newer objects); an empty one before the first."""
        if self.is_empty or (not self.has_more and self._goes_back):
            return self._empty()
        return self._page("ending_before", self._objects()[0], params)

    def list(self, **params: Any) -> ListObject[T]:
        """Ask for the list again with other parameters."""
        if self._fetch is None:
            raise ValueError(
                "This list was made by hand or unpickled; it cannot be asked for again."
            )
        address = urlsplit(self["url"])
        return self._fetch(address.path, {**dict(parse_qsl(address.query)), **params})

    def to_arrow(self) -> pa.Table:
        """Give the page as an Arrow table, a column a field; quantities are DECIMAL(38, 12)."""
        from meterhouse._objects_frames import to_arrow

        return to_arrow(self._rows())

    def to_polars(self) -> pl.DataFrame:
        """Give the page as a polars frame, a column a field; quantities are Decimal."""
        from meterhouse._objects_frames import to_polars

        return to_polars(self._rows())

    def to_pandas(self) -> pd.DataFrame:
        """Give the page as a pandas frame, a column a field; quantities are ``Decimal`` objects."""
        from meterhouse._objects_frames import to_pandas

        return to_pandas(self._rows())

    def __repr__(self) -> str:
        from meterhouse._objects_frames import text_table

        return text_table(self._rows(), self._title())

    def _repr_html_(self) -> str:
        from meterhouse._objects_frames import html_table

        return html_table(self._rows(), self._title())

    @property
    def _goes_back(self) -> bool:
        return "ending_before" in self._asked and "starting_after" not in self._asked

    def _objects(self) -> Objects[T]:
        return cast("Objects[T]", dict.get(self, "data") or [])

    def _rows(self) -> Rows:
        return [item.to_dict() for item in self._objects()]

    def _title(self) -> str:
        more = ", more follow" if self.get("has_more") else ""
        count = len(self._objects())
        return f"{self.get('url', 'list')}: {count} object{'' if count == 1 else 's'}{more}"

    def _page(self, cursor: str, item: T, params: Mapping[str, Any]) -> ListObject[T]:
        kept = {
            name: value
            for name, value in self._asked.items()
            if name not in ("starting_after", "ending_before")
        }
        return self.list(**{**kept, cursor: item["id"], **params})

    def _empty(self) -> ListObject[T]:
        empty = type(self)({"object": "list", "data": [], "has_more": False, "url": self["url"]})
        empty._fetch, empty._asked = self._fetch, self._asked
        return empty
