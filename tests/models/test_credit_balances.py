"""A balance is the sum of the grants that are effective, neither expired nor voided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meterhouse import Warehouse
from tests.models._macro import expand
from tests.models._rows import fill
from tests.queries._published import PublishedHome

NOW = 1_767_225_600
METERED = {"scope": {"price_type": "metered"}}


def grant(name: str, value: int, **given: Any) -> tuple[Any, ...]:
    """A landed credit grant of cus_1 for metered prices, effective since long."""
    customer = given.pop("customer", "cus_1")
    livemode = given.pop("livemode", False)
    currency = given.pop("currency", "usd")
    held = {
        "amount": {"monetary": {"currency": currency, "value": value}},
        "applicability_config": METERED,
        "effective_at": NOW - 1000,
        "expires_at": None,
        "voided_at": None,
        **given,
    }
    return ("billing.credit_grant", name, customer, currency, livemode, json.dumps(held))


GRANTS = [
    grant("credgr_1", 1000),
    grant("credgr_2", 250),
    grant("credgr_yen", 700, currency="jpy"),
    grant("credgr_begins_now", 3, effective_at=NOW),
    grant("credgr_later", 9000, effective_at=NOW + 1),
    grant("credgr_ends_now", 8000, expires_at=NOW),
    grant("credgr_ends_later", 40, expires_at=NOW + 1),
    grant("credgr_voided", 7000, voided_at=NOW - 5),
    grant("credgr_live", 6000, livemode=True),
    grant("credgr_other", 5000, customer="cus_2"),
    grant("credgr_priced", 500, applicability_config={"scope": {"prices": [{"id": "price_1"}]}}),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose build has the grants, as of NOW."""
    published = PublishedHome(tmp_path_factory.mktemp("credit") / "home")
    folder = published.publish("20260101T000000Z-000001", "create schema intermediate")
    with duckdb.connect(folder / "warehouse.duckdb") as connection:
        fill(
            connection,
            "landed_objects",
            "object varchar, id varchar, customer_id varchar, currency varchar,"
            " livemode boolean, object_json varchar",
            [("customer", "cus_1", "cus_1", None, False, "{}"), *GRANTS],
        )
        connection.execute("alter table landed_objects add column id_hash ubigint")
        connection.execute(expand("update landed_objects set id_hash = {{ lookup_hash('id') }}"))
        connection.execute(
            expand("create macro intermediate.lookup_hash(wanted) as {{ lookup_hash('wanted') }}")
        )
        connection.execute(expand("{{ create_credit_balances_function() }}"))
    manifest = {"as_of": datetime.fromtimestamp(NOW, UTC).isoformat()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return published.root


@pytest.fixture(scope="module")
def connection(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(home / "current" / "warehouse.duckdb", read_only=True) as connection:
        yield connection


def balances(connection: duckdb.DuckDBPyConnection, more: str = "") -> list[tuple[str, int]]:
    return connection.execute(
        f"from credit_balances('cus_1', at_time := {NOW}, livemode := false{more})"
    ).fetchall()


def test_each_currency_has_the_sum_of_what_is_effective(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert balances(connection) == [("jpy", 700), ("usd", 1000 + 250 + 3 + 40 + 500)]


def test_only_grants_for_the_asked_type_of_price_count(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = balances(connection, ", price_type := 'metered'")
    assert found == [("jpy", 700), ("usd", 1000 + 250 + 3 + 40)]


def test_only_grants_for_one_of_the_asked_prices_count(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert balances(connection, ", prices := ['price_1', 'price_9']") == [("usd", 500)]
    assert balances(connection, ", prices := ['price_9']") == []


def test_one_grant_is_its_own_balance(connection: duckdb.DuckDBPyConnection) -> None:
    assert balances(connection, ", credit_grant := 'credgr_2'") == [("usd", 250)]
    assert balances(connection, ", credit_grant := 'credgr_voided'") == []


def test_both_modes_count_unless_one_is_asked_for(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(f"from credit_balances('cus_1', at_time := {NOW})").fetchall()
    assert dict(found)["usd"] == 1000 + 250 + 3 + 40 + 500 + 6000
    assert connection.execute(f"from credit_balances('cus_9', at_time := {NOW})").fetchall() == []


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        (
            {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}},
            ", price_type := 'metered'",
        ),
        (
            {"type": "applicability_scope", "applicability_scope": {"prices": [{"id": "price_1"}]}},
            ", prices := ['price_1']",
        ),
        ({"type": "credit_grant", "credit_grant": "credgr_2"}, ", credit_grant := 'credgr_2'"),
    ],
)
def test_the_endpoint_says_what_the_function_does(
    home: Path, connection: duckdb.DuckDBPyConnection, asked: dict[str, Any], more: str
) -> None:
    with Warehouse(home / "current") as warehouse:
        answer = warehouse.request(
            "GET", "/v1/billing/credit_balance_summary", {"customer": "cus_1", "filter": asked}
        )
    found = [each["ledger_balance"]["monetary"] for each in answer.body["balances"]]
    said = connection.execute(f"from credit_balances('cus_1', at_time := {NOW}{more})").fetchall()
    assert said
    assert [(money["currency"], money["value"]) for money in found] == said
