"""How long previews of upcoming invoices take, and reads of drafts, beside many customers.

    python -m benchmarks.previews [--customers 200000] [--folder FOLDER]

Takes the lake of benchmarks/draft_invoices.py, lands customers whose subscription has 20 items of
tiered prices, half of them fed by usage records, and builds all of it. Then asks for
previews of those customers, another one each time: as things are, and with another quantity of an
item, through `Warehouse`; then for drafts of any customers, their lines and lists of them. Prints
what the first one takes, which plans, and the others.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks._dbt import run_dbt
from benchmarks.draft_invoices import write_lake
from foundation import Home
from meterhouse import Warehouse

AS_OF = "2026-02-15 00:00:00"
SUBJECTS = 50
ITEMS = 20
ANCHOR = 1_767_571_200  # 2026-01-05 00:00:00 UTC


def meterhouse(home: Home, *arguments: str) -> None:
    """Run one command, its output shown."""
    command = Path(sys.executable).with_name("meterhouse")
    subprocess.run([command, "--home", home.root, *arguments], check=True)


def prices() -> list[dict[str, Any]]:
    """Return as many tiered prices as there are items, every other one metered."""
    return [
        {
            "id": f"price_tiered_{number}",
            "object": "price",
            "active": True,
            "billing_scheme": "tiered",
            "created": ANCHOR,
            "currency": "usd",
            "livemode": False,
            "product": "prod_1",
            "recurring": {
                "interval": "month",
                "interval_count": 1,
                "usage_type": "metered" if number % 2 else "licensed",
                "aggregate_usage": "sum" if number % 2 else None,
            },
            "tiers_mode": "graduated" if number % 4 < 2 else "volume",
            "tiers": [
                {"up_to": 5, "flat_amount": None, "unit_amount": 700 + number},
                {"up_to": 100, "flat_amount": 50, "unit_amount": 600 + number},
                {"up_to": None, "flat_amount": None, "unit_amount_decimal": f"{500 + number}.125"},
            ],
            "type": "recurring",
        }
        for number in range(ITEMS)
    ]


def customers() -> list[dict[str, Any]]:
    """Return the customers that are asked for."""
    return [
        {
            "id": f"cus_subject_{number}",
            "object": "customer",
            "created": ANCHOR,
            "livemode": False,
            "currency": "usd",
        }
        for number in range(SUBJECTS)
    ]


def subscriptions() -> list[dict[str, Any]]:
    """Return the subscription of each of them, 20 items each."""
    made = prices()
    return [
        {
            "id": f"sub_subject_{number}",
            "object": "subscription",
            "billing_cycle_anchor": ANCHOR,
            "created": ANCHOR,
            "currency": "usd",
            "customer": f"cus_subject_{number}",
            "livemode": False,
            "start_date": ANCHOR,
            "status": "active",
            "items": {
                "object": "list",
                "data": [
                    {
                        "id": f"si_subject_{number}_{place}",
                        "object": "subscription_item",
                        "created": ANCHOR,
                        "price": price,
                        "subscription": f"sub_subject_{number}",
                        **({} if place % 2 else {"quantity": 3 + place}),
                    }
                    for place, price in enumerate(made)
                ],
            },
        }
        for number in range(SUBJECTS)
    ]


def usage_records() -> list[dict[str, Any]]:
    """Return a record of every metered item."""
    return [
        {
            "subscription_item": f"si_subject_{number}_{place}",
            "quantity": 40 * place + number,
            "timestamp": ANCHOR + 32 * 86_400,
            "action": "increment",
        }
        for number in range(SUBJECTS)
        for place in range(1, ITEMS, 2)
    ]


def make_build(folder: Path, customers_beside: int) -> Path:
    """Land and build everything, once for a folder; return the folder of the build."""
    home = Home(folder / f"home-{customers_beside}")
    build = home.builds / "measured"
    if (build / "manifest.json").exists():
        return build
    write_lake(home.lake, customers=customers_beside)
    landed = {
        "prices": prices(),
        "customers": customers(),
        "subscriptions": subscriptions(),
        "usage_records": usage_records(),
    }
    for stream, rows in landed.items():
        file = folder / f"{stream}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        meterhouse(home, "land", stream, str(file))
    run_dbt(home.lake, build, "run", "--select", "path:models", as_of=AS_OF)
    # The lake was not landed, so that there are no batches to account for and nothing to publish.
    (build / "manifest.json").write_text(json.dumps({"as_of": AS_OF}))
    return build


Asked = tuple[str, str, dict[str, Any]]
"""Method, path and parameters of a question."""


def measure(kind: str, warehouse: Warehouse, asked: list[Asked]) -> None:
    """Ask one after the other; print the first, the median and the slowest of a hundred."""
    took: list[float] = []
    used: list[float] = []
    for method, path, params in asked:
        began, processor = time.perf_counter(), time.process_time()
        answer = warehouse.request(method, path, params)
        took.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - processor) * 1000)
        assert not answer.is_error, answer.body
    cuts = statistics.quantiles(took[1:], n=100)
    print(
        f"{kind:22} first {took[0]:8.1f} ms, p50 {cuts[49]:7.1f} ms, p99 {cuts[98]:7.1f} ms, "
        f"of processors p50 {statistics.median(used[1:]):7.1f} ms",
        flush=True,
    )


def main() -> None:
    """Build, preview, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        build = make_build((arguments.folder or Path(temporary)).absolute(), arguments.customers)
        numbers = list(range(SUBJECTS)) * 3
        with Warehouse(build) as warehouse:
            measure(
                "as things are",
                warehouse,
                [_preview({"customer": f"cus_subject_{number}"}) for number in numbers],
            )
            measure(
                "another quantity",
                warehouse,
                [
                    _preview(_other_quantity(number, 7 + turn))
                    for turn, number in enumerate(numbers)
                ],
            )
            drafts = _some_drafts(build)
            measure("a draft", warehouse, [_get(f"/v1/invoices/{each}") for each, _ in drafts])
            measure(
                "its lines", warehouse, [_get(f"/v1/invoices/{each}/lines") for each, _ in drafts]
            )
            measure(
                "a customer's invoices",
                warehouse,
                [_get("/v1/invoices", customer=customer) for _, customer in drafts],
            )
            measure("newest invoices", warehouse, [_get("/v1/invoices")] * 30)


def _preview(params: dict[str, Any]) -> Asked:
    return "POST", "/v1/invoices/create_preview", params


def _get(path: str, **params: Any) -> Asked:
    return "GET", path, params


def _other_quantity(number: int, quantity: int) -> dict[str, Any]:
    return {
        "customer": f"cus_subject_{number}",
        "subscription": f"sub_subject_{number}",
        "subscription_details": {"items": [{"id": f"si_subject_{number}_2", "quantity": quantity}]},
    }


def _some_drafts(build: Path) -> list[tuple[str, str]]:
    with duckdb.connect(build / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(
            "select id, customer_id from draft_invoices where not is_upcoming "
            "order by md5(id) limit 100"
        ).fetchall()


if __name__ == "__main__":
    main()
