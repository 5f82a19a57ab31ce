"""Previews of accounts drawn at random: as things stand the built draft, and they come true.

A change is previewed, lands, and is built: the draft has the lines and totals of the preview.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest import land, prepare_home
from meterhouse import InvalidRequestError, Warehouse
from meterhouse._supposed_objects import land_in_memory
from queries import Question
from queries._previews._hypothesis import Hypothesis
from queries._previews._request import read_request
from queries._previews._supposed import suppose
from tests.conftest import CommandLine
from tests.previews._generated import AS_OF, CATALOGUE, NOW, Account, draw_account
from tests.previews._objects import BEGINNING, Version, land_versions

ACCOUNTS = 8
SHOWN = (
    "type",
    "description",
    "amount",
    "currency",
    "period",
    "quantity",
    "proration",
    "discountable",
    "metadata",
    "amount_excluding_tax",
)
TOTALS = ("subtotal", "total", "tax", "amount_due", "currency", "period_start", "period_end")


def build(home: Path, folder: Path) -> None:
    said = CommandLine(folder)("--home", home, "build", "--as-of", AS_OF)
    assert said.exit_code == 0, said.stdout + said.stderr


def lines_of(invoice: Any) -> list[dict[str, Any]]:
    return [
        {
            **{name: line[name] for name in SHOWN},
            "price": line["price"] and line["price"]["id"],
            "discounted": [each["amount"] for each in line["discount_amounts"]],
            "taxed": [(each["amount"], each["inclusive"]) for each in line["tax_amounts"]],
        }
        for line in invoice.lines.data
    ]


def shown(invoice: Any) -> dict[str, Any]:
    return {"lines": lines_of(invoice), **{name: invoice[name] for name in TOTALS}}


def preview(warehouse: Warehouse, params: dict[str, Any]) -> dict[str, Any] | None:
    """What is previewed; None where there is nothing to bill."""
    try:
        return shown(warehouse.invoices.create_preview(params))
    except InvalidRequestError as refused:
        if refused.code != "invoice_upcoming_none":
            raise
        return None


def supposed(warehouse: Warehouse, params: dict[str, Any]) -> list[Version]:
    """The objects that a preview supposes, as they would land."""
    with warehouse._kernel.pool.reader() as reader:
        question = Question("", {}, params, land=land_in_memory)
        hypothesis = Hypothesis(reader, question, reader.build.as_of_seconds)
        suppose(hypothesis, read_request(params))
        return [version for versions in hypothesis.versions.values() for version in versions]


def come_true(warehouse: Warehouse, account: Account) -> dict[str, Any] | None:
    """The draft that the change made: the one of its second, else the upcoming one."""
    rows = (
        warehouse.sql(
            "select id, is_upcoming from draft_invoices "
            "where subscription_id = ? and line_count > 0 "
            "and (is_upcoming or created_at = to_timestamp(?) at time zone 'UTC') "
            "order by created_at, id limit 1",
            [account.subscription, NOW],
        )
        .to_arrow()
        .to_pylist()
    )
    if not rows:
        return None
    if rows[0]["is_upcoming"]:
        return shown(warehouse.invoices.retrieve("upcoming_" + rows[0]["id"]))
    made = shown(warehouse.invoices.retrieve(rows[0]["id"]))
    # A draft that is raised does not meet the customer's balance any more; its preview does.
    balance = warehouse.customers.retrieve(account.customer).balance
    return {**made, "amount_due": max(made["total"] + balance, 0)}


def check(seed: int, count: int) -> None:
    draw = random.Random(seed)
    accounts = [draw_account(draw, f"a{number}") for number in range(count)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        _land(home, accounts, folder / "inbox")
        build(home, folder)
        with Warehouse(home) as warehouse:
            as_built = {
                a.name: preview(warehouse, {"subscription": a.subscription}) for a in accounts
            }
            unchanged = {
                a.name: preview(
                    warehouse, {"subscription": a.subscription, "subscription_details": {}}
                )
                for a in accounts
            }
            assert unchanged == as_built
            assert any(as_built.values())
            previewed = {a.name: preview(warehouse, a.params) for a in accounts}
            changes = [each for a in accounts for each in supposed(warehouse, a.params)]
        land_versions(prepare_home(home), changes, folder / "changes")
        build(home, folder)
        with Warehouse(home) as warehouse:
            for account in accounts:
                said = previewed[account.name]
                made = come_true(warehouse, account)
                assert said == made, (seed, account)


def _land(home: Path, accounts: Sequence[Account], inbox: Path) -> None:
    opened = prepare_home(home)
    catalogue = [(each, BEGINNING) for each in CATALOGUE]
    land_versions(opened, [*catalogue, *(each for a in accounts for each in a.versions)], inbox)
    records = inbox / "usage_records.ndjson"
    records.write_text("".join(json.dumps(each) + "\n" for a in accounts for each in a.usage))
    assert not land(opened, "usage_records", [records], backfill=True).rejected


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_previews_are_the_built_drafts_and_come_true(seed: int) -> None:
    check(seed, ACCOUNTS)


# Many accounts, each built twice: too long for every change.
@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10))
def test_previews_come_true_for_many_accounts(seed: int) -> None:
    check(seed, 60)
