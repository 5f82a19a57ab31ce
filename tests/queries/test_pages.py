"""Pages of a list: every row once, in order, from either end."""

from __future__ import annotations

from collections.abc import Generator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import BuildPool, InvalidRequestError, Key, Listing, Page, fetch_page
from queries._page import read_page
from tests.queries._published import PublishedHome

# Ties on purpose: seven rows share two instants.
ROWS = [("a", 5), ("b", 5), ("c", 5), ("d", 9), ("e", 1), ("f", 5), ("g", 9), ("h", 2), ("i", 2)]
IN_ORDER = [name for name, _ in sorted(ROWS, key=lambda row: (-row[1], row[0]))]
THINGS = Listing(
    noun="thing",
    rows="select id, created, id = 'e' as is_last from main.things where created >= $least",
    keys=(Key("created"), Key("id", descending=False)),
    cursors="select id, created from main.things",
)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Generator[BuildPool]:
    home = PublishedHome(tmp_path_factory.mktemp("pages") / "home")
    values = ", ".join(f"('{name}', {created})" for name, created in ROWS)
    home.publish("b1", f"create table things as select * from (values {values}) as t (id, created)")
    opened = BuildPool(home.root)
    yield opened
    opened.close()


def page(
    pool: BuildPool, least: int = 0, *, answer: Any = fetch_page, **params: Any
) -> tuple[list[str], bool]:
    with pool.reader() as reader:
        found = answer(reader, THINGS, {"least": least}, Page.of(params))
    return [row["id"] for row in found.rows], found.has_more


@pytest.mark.parametrize(
    ("params", "data", "has_more"),
    [
        ({}, IN_ORDER, False),
        ({"limit": 2}, IN_ORDER[:2], True),
        ({"limit": 9}, IN_ORDER, False),
        ({"limit": 2, "starting_after": IN_ORDER[1]}, IN_ORDER[2:4], True),
        ({"limit": 2, "starting_after": IN_ORDER[6]}, IN_ORDER[7:], False),
        ({"limit": 2, "starting_after": IN_ORDER[-1]}, [], False),
        ({"limit": 2, "ending_before": IN_ORDER[0]}, [], False),
        ({"limit": 2, "ending_before": IN_ORDER[5]}, IN_ORDER[3:5], True),
        ({"limit": 2, "ending_before": IN_ORDER[2]}, IN_ORDER[:2], False),
        ({"limit": 5, "ending_before": IN_ORDER[3]}, IN_ORDER[:3], False),
    ],
)
def test_a_page_touches_its_cursor(
    pool: BuildPool, params: dict[str, Any], data: list[str], has_more: bool
) -> None:
    assert page(pool, **params) == (data, has_more)
    assert page(pool, answer=read_page, **params) == (data, has_more)


@given(limit=st.integers(1, 12), least=st.integers(0, 10))
def test_pages_meet_every_row_once_from_both_ends(pool: BuildPool, limit: int, least: int) -> None:
    wanted = [name for name in IN_ORDER if dict(ROWS)[name] >= least]
    forward, more = page(pool, least, limit=limit)
    while more:
        data, more = page(pool, least, limit=limit, starting_after=forward[-1])
        assert data
        forward += data
    assert forward == wanted
    if not wanted:
        return
    backward, more = page(pool, least, limit=limit, ending_before=wanted[-1])
    while more:
        data, more = page(pool, least, limit=limit, ending_before=backward[0])
        assert data
        backward = data + backward
    assert backward == wanted[:-1]


def test_a_filter_does_not_make_a_cursor_unknown(pool: BuildPool) -> None:
    assert page(pool, 5, starting_after="e") == ([], False)
    assert page(pool, 5, limit=2, ending_before="e") == (["c", "f"], True)


@given(st.text(max_size=10))
def test_an_unknown_cursor_is_refused_whatever_it_holds(pool: BuildPool, cursor: str) -> None:
    if cursor in dict(ROWS):
        return
    for name, answer in product(("starting_after", "ending_before"), (fetch_page, read_page)):
        with pytest.raises(InvalidRequestError) as refused:
            page(pool, answer=answer, **{name: cursor})
        error = refused.value
        assert (error.code, error.param, error.http_status) == ("resource_missing", name, 400)
        assert error.user_message == f"No such thing: '{cursor}'"


def test_two_cursors_are_refused() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        Page.of({"starting_after": "a", "ending_before": "b"})
    assert refused.value.code == "parameters_exclusive"
