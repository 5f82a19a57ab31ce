"""Items on every kind of price, and the records that landed for them, in order of receipt."""

from __future__ import annotations

from typing import Any

from tests.models._usage import price, subscription, usage

__all__ = ["PRICES", "RECORDS", "SUBSCRIPTIONS"]

START = "2024-01-01"

PRICES = [
    price("price_sum"),
    price("price_sum_2"),
    price("price_max", "max"),
    price("price_last", "last_during_period"),
    price("price_ever", "last_ever"),
    price("price_licensed", None),
    price("price_week", every="1 week"),
    {
        **price("price_metered_by_meter", None),
        "recurring_usage_type": "metered",
        "recurring_meter": "mtr_1",
    },
]


def changed(
    name: str, *prices: tuple[str, str, bool], anchor: bool = False
) -> list[dict[str, Any]]:
    """Return a version of sub_<name> per (instant, price, clear usage) of its item si_<name>."""
    return [
        subscription(
            f"sub_{name}",
            START,
            [{"id": f"si_{name}", "price": of, "created_at": START, "clear_usage": clears}],
            effective_at=at,
            billing_cycle_anchor_at=at if anchor else START,
        )
        for at, of, clears in prices
    ]


SUBSCRIPTIONS = [
    *(
        subscription(f"sub_{name}", START, {f"si_{name}": f"price_{of}"})
        for name, of in {
            "fold": "sum",
            "keyed": "sum",
            "max": "max",
            "last": "last",
            "ever": "ever",
            "licensed": "licensed",
            "meter": "metered_by_meter",
            "boundary": "sum",
            "empty": "sum",
            "unpriced": "never_landed",
            "retracted": "sum",
            "closed": "sum",
            "large": "sum",
            "too_large": "sum",
            "billed": "sum",
            "records": "sum",
        }.items()
    ),
    subscription("sub_ended", START, {"si_ended": "price_sum"}, cancel_at="2024-02-10"),
    *changed("takes_along", (START, "price_sum", False), ("2024-03-20", "price_max", False)),
    *changed("clears", (START, "price_sum", False), ("2024-03-20", "price_sum_2", True)),
    *changed(
        "clears_then_changes",
        (START, "price_sum", False),
        ("2024-03-10", "price_sum_2", True),
        ("2024-03-20", "price_sum", False),
    ),
    *changed("clears_nothing", (START, "price_sum", False), ("2024-03-20", "price_sum", True)),
    *changed(
        "clears_across_cut",
        (START, "price_sum", False),
        ("2024-03-20", "price_week", True),
        anchor=True,
    ),
    *changed("on_boundary", (START, "price_sum", False), ("2024-04-01", "price_sum_2", False)),
    *changed("into_ever", (START, "price_sum", False), ("2024-03-20", "price_ever", False)),
    *changed("into_licensed", (START, "price_sum", False), ("2024-03-20", "price_licensed", False)),
]

RECORDS = [
    # received in the order in which they stand
    *usage(
        "si_fold",
        [
            ("2024-01-05", 1),
            ("2024-01-05", 2, "set"),
            ("2024-01-05", 4),
            ("2024-01-05", 8),
            ("2024-01-06", 16, "set"),
            ("2024-01-06", 32, "set"),
            ("2024-01-07", 64, "set"),
            ("2024-01-08T00:00:00.25", 128),
            ("2024-01-08T00:00:00.75", 256),
        ],
    ),
    *usage("si_max", [("2024-01-05", 3), ("2024-01-05", 4), ("2024-01-09", 6), ("2024-02-02", 1)]),
    *usage("si_last", [("2024-01-09", 6), ("2024-01-05", 4), ("2024-02-02", 1)]),
    *usage("si_ever", [("2024-02-09", 6), ("2024-02-05", 4), ("2024-02-09", 2)]),
    *usage("si_licensed", [("2024-01-05", 1)]),
    *usage("si_meter", [("2024-01-05", 1)]),
    *usage("si_unpriced", [("2024-01-05", 1)]),
    *usage("si_unknown", [("2024-01-05", 1)]),
    *usage(
        "si_boundary",
        [
            ("2024-01-01", 1),
            ("2024-01-01T00:00:01", 2),
            ("2024-02-01", 4),
            ("2024-02-01T00:00:01", 8),
            ("2024-06-01", 16),
            ("2024-06-01T00:00:01", 32),
        ],
    ),
    *usage("si_ended", [("2024-02-10", 1), ("2024-02-10T00:00:01", 2)]),
    *usage("si_large", [("2024-01-05", "9" * 25), ("2024-01-05", 1)]),
    *usage("si_too_large", [("2024-01-05", "6" + "0" * 25), ("2024-01-06", "6" + "0" * 25)]),
    *usage("si_too_large", [("2024-01-05", 5), ("2024-02-05", 7)]),
    *(
        record | {"idempotency_key": key, "received_at": received}
        for record, key, received in zip(
            usage(
                "si_keyed",
                [
                    ("2024-01-05", 2),
                    ("2024-01-05", 1),
                    ("2024-01-05", 4),
                    ("2024-01-06", 8),
                    ("2024-01-07", 16),
                    ("2024-01-07", 32),
                ],
            ),
            ["a", "a", "b", "b", None, None],
            ["2024-01-09", "2024-01-08", "2024-01-08", "2024-01-09", "2024-01-09", "2024-01-09"],
            strict=True,
        )
    ),
    *(record | {"idempotency_key": "a"} for record in usage("si_max", [("2024-02-03", 0)])),
    *(
        record | {"received_at": received}
        for record, received in zip(
            usage(
                "si_closed",
                [
                    ("2024-01-31", 1),
                    ("2024-02-01", 2),
                    ("2024-02-01", 4),
                    ("2024-02-01T00:00:01", 8),
                    ("2024-02-01T00:00:01", 16),
                ],
            ),
            [
                "2024-02-05",
                "2024-02-05",
                "2024-02-06T00:00:01",
                "2024-02-06T00:00:01",
                "2024-03-01",
            ],
            strict=True,
        )
    ),
    *(
        record | {"id": name}
        for record, name in zip(
            usage("si_retracted", [("2024-01-05", 1), ("2024-01-05", 2, "set")]),
            ["mbur_kept", "mbur_withdrawn"],
            strict=True,
        )
    ),
    *(
        record
        for name in (
            "takes_along",
            "clears",
            "clears_then_changes",
            "clears_nothing",
            "clears_across_cut",
            "into_ever",
            "into_licensed",
        )
        for record in usage(
            f"si_{name}",
            [
                ("2024-02-20", 1),
                ("2024-03-05", 2),
                ("2024-03-15", 4),
                ("2024-03-20", 8),
                ("2024-03-20T00:00:01", 16),
                ("2024-03-30", 32),
            ],
        )
    ),
    *usage("si_on_boundary", [("2024-03-30", 1), ("2024-04-01", 2), ("2024-04-01T00:00:01", 4)]),
    *usage("si_records", [("2024-01-05", 1), ("2024-01-05", 2, "set"), ("2024-02-02", 4)]),
]
