"""Pages of a list, newest first.

Source: the pagination page and the list pages: `limit` 1 to 100, default 10; `starting_after` asks
for what comes after an object (older), `ending_before` for what comes before it (newer); they
exclude each other. From how Stripe's SDKs page backwards: `ending_before` answers the page next to
the cursor, still newest first, and `has_more` tells whether anything lies beyond its far side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Page", "PageError", "page"]


@dataclass(frozen=True)
class Page:
    data: tuple[str, ...]
    has_more: bool


class PageError(Exception):
    def __init__(self, code: str, param: str | None) -> None:
        super().__init__(f"{code} ({param})")
        self.http_status, self.code, self.param = 400, code, param


def page(
    newest_first: Sequence[str],
    limit: int = 10,
    starting_after: str | None = None,
    ending_before: str | None = None,
) -> Page:
    if not 1 <= limit <= 100:
        raise PageError("parameter_invalid_integer", "limit")
    if starting_after is not None and ending_before is not None:
        raise PageError("parameters_exclusive", None)
    cursors = {"starting_after": starting_after, "ending_before": ending_before}
    for param, cursor in cursors.items():
        if cursor is not None and cursor not in newest_first:
            raise PageError("resource_missing", param)
    if ending_before is not None:
        newer = newest_first[: newest_first.index(ending_before)]
        return Page(tuple(newer[-limit:]), len(newer) > limit)
    older = newest_first
    if starting_after is not None:
        older = newest_first[newest_first.index(starting_after) + 1 :]
    return Page(tuple(older[:limit]), len(older) > limit)
