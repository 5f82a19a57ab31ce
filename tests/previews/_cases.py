"""Previews that show what each parameter of the page does, by the parameters that they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.previews._account import AUGUST, JULY, NOW
from tests.previews._objects import at

Check = Callable[[Any], bool]

SEAT = "1 seat × Seats (at $10.00 / month)"
SEAT_20 = "1 seat × Seats (at $20.00 / month)"
UNUSED = "Unused time on Seats after 16 Jun 2026"
REMAINING = "Remaining time on Seats after 16 Jun 2026"
HALF_UP = [(UNUSED, -500), (REMAINING, 1000), (SEAT_20, 2000)]


@dataclass(frozen=True, slots=True)
class Case:
    """A preview, the parameters it shows, and what it must answer: the lines, or a property."""

    shows: tuple[str, ...]
    params: dict[str, Any]
    lines: Sequence[tuple[str, int]] | None = None
    check: Check | None = None

    @property
    def name(self) -> str:
        return self.shows[0] + (f"+{len(self.shows) - 1}" if len(self.shows) > 1 else "")


def of(name: str, **details: Any) -> dict[str, Any]:
    """A preview of sub_<name> with subscription_details."""
    return {"subscription": f"sub_{name}", "subscription_details": details}


def change(name: str, number: int = 0, **fields: Any) -> dict[str, Any]:
    """A preview of one item of sub_<name> changed."""
    return of(name, items=[{"id": f"si_{name}_{number}", **fields}])


def add(**fields: Any) -> dict[str, Any]:
    """A preview of sub_half with an invoice item more."""
    return {"subscription": "sub_half", "invoice_items": [fields]}


def phases(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A preview of a new schedule of cus_bystander."""
    return {"customer": "cus_bystander", "schedule_details": {"phases": list(given), **more}}


def total(amount: int) -> Check:
    return lambda invoice: invoice.total == amount


D = "subscription_details"
I = f"{D}[items][]"  # noqa: E741
P = "schedule_details[phases][]"
PRICE_DATA = {
    "currency": "usd",
    "product": "prod_seat",
    "recurring": {"interval": "month", "interval_count": 1},
    "unit_amount": 1500,
    "tax_behavior": "exclusive",
}
PHASE = {"items": [{"price": "price_seat_10"}]}

CASES: tuple[Case, ...] = (
    Case(("customer",), {"customer": "cus_half"}, [(SEAT, 1000)]),
    Case(("subscription",), {"subscription": "sub_half"}, [(SEAT, 1000)]),
    Case(
        ("currency",),
        {
            "currency": "eur",
            D: {"items": [{"price": "price_seat_10"}]},
        },
        [("1 seat × Seats (at €9.00 / month)", 900)],
    ),
    Case(
        ("preview_mode",),
        {**change("pair", price="price_seat_20"), "preview_mode": "recurring"},
        [(SEAT_20, 2000), (SEAT_20, 2000)],
    ),
    Case(
        (
            "automatic_tax",
            "automatic_tax[enabled]",
            "automatic_tax[liability]",
            "automatic_tax[liability][type]",
            "automatic_tax[liability][account]",
        ),
        {
            "subscription": "sub_taxed",
            "automatic_tax": {
                "enabled": True,
                "liability": {"type": "account", "account": "acct_1"},
            },
        },
        check=lambda invoice: (
            invoice.tax == 200
            and invoice.automatic_tax["liability"] == {"type": "account", "account": "acct_1"}
            and invoice.automatic_tax["enabled"]
        ),
    ),
    Case(
        ("issuer", "issuer[type]", "issuer[account]"),
        {"subscription": "sub_half", "issuer": {"type": "account", "account": "acct_2"}},
        check=lambda invoice: invoice.issuer == {"type": "account", "account": "acct_2"},
    ),
    Case(
        ("on_behalf_of",),
        {"subscription": "sub_half", "on_behalf_of": "acct_3"},
        check=lambda invoice: invoice.on_behalf_of == "acct_3",
    ),
    Case(
        ("expand",),
        {
            **change("half", price="price_seat_20"),
            "expand": ["customer", "lines.data.price.product"],
        },
        check=lambda invoice: (
            invoice.customer["name"] == "Half"
            and invoice.lines.data[0].price.product["name"] == "Seats"
        ),
    ),
    # Customers
    Case(
        ("customer_details", "customer_details[tax_exempt]"),
        {"subscription": "sub_taxed", "customer_details": {"tax_exempt": "exempt"}},
        check=lambda invoice: invoice.total == 1000 and invoice.customer_tax_exempt == "exempt",
    ),
    Case(
        (
            "customer_details[address]",
            *(
                f"customer_details[address][{part}]"
                for part in ("city", "country", "line1", "line2", "postal_code", "state")
            ),
        ),
        {
            "customer": "cus_half",
            "customer_details": {
                "address": {
                    "city": "Graz",
                    "country": "AT",
                    "line1": "A 1",
                    "line2": "B",
                    "postal_code": "8010",
                    "state": "ST",
                }
            },
        },
        check=lambda invoice: (
            invoice.customer_address
            == {
                "city": "Graz",
                "country": "AT",
                "line1": "A 1",
                "line2": "B",
                "postal_code": "8010",
                "state": "ST",
            }
        ),
    ),
    Case(
        (
            "customer_details[shipping]",
            "customer_details[shipping][name]",
            "customer_details[shipping][phone]",
            "customer_details[shipping][address]",
            *(
                f"customer_details[shipping][address][{part}]"
                for part in ("city", "country", "line1", "line2", "postal_code", "state")
            ),
        ),
        {
            "customer": "cus_half",
            "customer_details": {
                "shipping": {
                    "name": "N",
                    "phone": "1",
                    "address": {
                        "city": "Linz",
                        "country": "AT",
                        "line1": "A 1",
                        "line2": "B",
                        "postal_code": "4020",
                        "state": "O",
                    },
                }
            },
        },
        check=lambda invoice: (
            invoice.customer_shipping["name"] == "N"
            and invoice.customer_shipping["phone"] == "1"
            and list(invoice.customer_shipping["address"].values())
            == ["Linz", "AT", "A 1", "B", "4020", "O"]
        ),
    ),
    Case(
        (
            "customer_details[tax_ids]",
            "customer_details[tax_ids][][type]",
            "customer_details[tax_ids][][value]",
        ),
        {
            "customer": "cus_half",
            "customer_details": {"tax_ids": [{"type": "eu_vat", "value": "ATU12345678"}]},
        },
        check=lambda invoice: (
            invoice.customer_tax_ids == [{"type": "eu_vat", "value": "ATU12345678"}]
        ),
    ),
    Case(
        ("customer_details[tax]", "customer_details[tax][ip_address]"),
        {"customer": "cus_half", "customer_details": {"tax": {"ip_address": "192.0.2.1"}}},
        [(SEAT, 1000)],
    ),
    # Discounts
    Case(
        ("coupon",),
        {"subscription": "sub_half", "coupon": "tenth_off"},
        check=lambda invoice: (invoice.subtotal, invoice.total) == (1000, 900),
    ),
    Case(
        ("discounts", "discounts[][coupon]"),
        {"subscription": "sub_off", "discounts": [{"coupon": "tenth_off"}]},
        check=total(900),
    ),
    Case(
        ("discounts[][discount]",),
        {"subscription": "sub_half", "discounts": [{"discount": "di_off"}]},
        check=total(500),
    ),
    # Subscription details
    Case((D,), {"subscription": "sub_half", D: {}}, [(SEAT, 1000)]),
    Case(
        (f"{D}[items]", f"{I}[price]"),
        {D: {"items": [{"price": "price_seat_10"}]}},
        [(SEAT, 1000)],
    ),
    Case((f"{I}[id]",), change("half", price="price_seat_20"), HALF_UP),
    Case(
        (f"{I}[plan]",),
        change("half", plan="price_seat_20"),
        HALF_UP,
    ),
    Case(
        (f"{I}[quantity]",),
        change("half", quantity=3),
        [
            (UNUSED, -500),
            ("Remaining time on 3 × Seats after 16 Jun 2026", 1500),
            ("3 seat × Seats (at $10.00 / month)", 3000),
        ],
    ),
    Case(
        (
            f"{I}[price_data]",
            *(
                f"{I}[price_data][{part}]"
                for part in ("currency", "product", "recurring", "unit_amount", "tax_behavior")
            ),
            f"{I}[price_data][recurring][interval]",
            f"{I}[price_data][recurring][interval_count]",
        ),
        change("half", price_data=PRICE_DATA),
        [(UNUSED, -500), (REMAINING, 750), ("1 seat × Seats (at $15.00 / month)", 1500)],
        lambda invoice: (
            invoice.lines.data[2].price.tax_behavior == "exclusive"
            and invoice.lines.data[2].price.recurring
            == {**invoice.lines.data[2].price.recurring, "interval": "month", "interval_count": 1}
        ),
    ),
    Case(
        (f"{I}[price_data][unit_amount_decimal]",),
        {
            D: {
                "items": [
                    {
                        "quantity": 3,
                        "price_data": {
                            "currency": "usd",
                            "product": "prod_seat",
                            "recurring": {"interval": "week"},
                            "unit_amount_decimal": "0.5",
                        },
                    }
                ]
            }
        },
        [("3 seat × Seats (at $0.005 / week)", 2)],
    ),
    Case(
        (f"{I}[deleted]",),
        change("pair", 1, deleted=True),
        [("Unused time on Seats after 16 Jun 2026", -1000), ("Pending work", 1500), (SEAT, 1000)],
    ),
    Case(
        (f"{I}[clear_usage]",),
        change("metered", price="price_call_dear", clear_usage=True),
        [("0 call × Calls (at $0.025 / month)", 0), (SEAT, 1000)],
    ),
    Case(
        (f"{I}[metadata]",),
        change("half", metadata={"team": "blue"}),
        [(SEAT, 1000)],
        lambda invoice: invoice.lines.data[0].metadata == {"team": "blue"},
    ),
    Case(
        (f"{I}[tax_rates]",),
        change("taxed", tax_rates=["txr_gst"]),
        check=lambda invoice: (invoice.tax, invoice.total) == (100, 1100),
    ),
    Case(
        (f"{I}[discounts]", f"{I}[discounts][][coupon]"),
        change("half", discounts=[{"coupon": "tenth_off"}]),
        check=total(900),
    ),
    Case(
        (f"{I}[discounts][][discount]",),
        change("half", discounts=[{"discount": "di_off"}]),
        check=total(500),
    ),
    Case(
        (f"{I}[billing_thresholds]", f"{I}[billing_thresholds][usage_gte]"),
        change("counted", billing_thresholds={"usage_gte": 1000}),
        # What the threshold of before has invoiced stays invoiced.
        [("150 call × Calls (at $0.02 / month)", 300), ("Calls (previously billed)", -240)],
    ),
    Case(
        (f"{D}[billing_cycle_anchor]",),
        of("half", billing_cycle_anchor="now"),
        [(UNUSED, -500), (SEAT, 1000)],
        lambda invoice: invoice.lines.data[1].period.start == NOW,
    ),
    Case(
        (f"{D}[cancel_at]",),
        of("half", cancel_at=at("2026-06-25")),
        [("Unused time on Seats after 25 Jun 2026", -200)],
    ),
    Case(
        (f"{D}[cancel_at_period_end]",),
        of("metered", cancel_at_period_end=True),
        [("150 call × Calls (at $0.02 / month)", 300)],
    ),
    Case((f"{D}[cancel_now]",), of("half", cancel_now=True), [(UNUSED, -500)]),
    Case(
        (f"{D}[default_tax_rates]",),
        of("half", default_tax_rates=["txr_gst"]),
        check=lambda invoice: (invoice.tax, invoice.total) == (100, 1100),
    ),
    Case(
        (f"{D}[proration_behavior]",),
        of(
            "half",
            items=[{"id": "si_half_0", "price": "price_seat_20"}],
            proration_behavior="always_invoice",
        ),
        [(UNUSED, -500), (REMAINING, 1000)],
    ),
    Case(
        (f"{D}[proration_date]",),
        of(
            "half",
            items=[{"id": "si_half_0", "price": "price_seat_20"}],
            proration_date=at("2026-06-21"),
        ),
        [
            ("Unused time on Seats after 21 Jun 2026", -333),
            ("Remaining time on Seats after 21 Jun 2026", 667),
            (SEAT_20, 2000),
        ],
    ),
    Case(
        (f"{D}[resume_at]",),
        of("paused", resume_at="now"),
        check=lambda invoice: invoice.lines.data[-1].period.start == NOW,
    ),
    Case(
        (f"{D}[start_date]",),
        {D: {"items": [{"price": "price_seat_10"}], "start_date": JULY}},
        [(SEAT, 1000)],
        lambda invoice: invoice.lines.data[0].period.start == JULY,
    ),
    Case(
        (f"{D}[trial_end]",),
        {D: {"items": [{"price": "price_seat_10"}], "trial_end": JULY}},
        [("Trial period for Seats", 0)],
    ),
    # Invoice items
    Case(
        (
            "invoice_items",
            "invoice_items[][amount]",
            "invoice_items[][currency]",
            "invoice_items[][description]",
        ),
        add(amount=250, currency="usd", description="Stickers"),
        [("Stickers", 250), (SEAT, 1000)],
    ),
    Case(
        ("invoice_items[][price]", "invoice_items[][quantity]"),
        add(price="price_setup", quantity=2),
        [("Setup", 10000), (SEAT, 1000)],
    ),
    Case(
        (
            "invoice_items[][price_data]",
            *(
                f"invoice_items[][price_data][{part}]"
                for part in ("currency", "product", "unit_amount", "tax_behavior")
            ),
        ),
        add(
            price_data={
                "currency": "usd",
                "product": "prod_setup",
                "unit_amount": 700,
                "tax_behavior": "inclusive",
            }
        ),
        [("Setup", 700), (SEAT, 1000)],
        lambda invoice: invoice.lines.data[0].price.tax_behavior == "inclusive",
    ),
    Case(
        ("invoice_items[][price_data][unit_amount_decimal]",),
        add(
            price_data={"currency": "usd", "product": "prod_setup", "unit_amount_decimal": "0.5"},
            quantity=3,
        ),
        [("Setup", 2), (SEAT, 1000)],
    ),
    Case(
        ("invoice_items[][unit_amount]",),
        add(unit_amount=-300, quantity=2, description="Sorry"),
        [("Sorry", -600), (SEAT, 1000)],
    ),
    Case(
        ("invoice_items[][unit_amount_decimal]",),
        add(unit_amount_decimal="33.335", quantity=3, description="Thirds"),
        [("Thirds", 100), (SEAT, 1000)],
    ),
    Case(
        ("invoice_items[][discountable]",),
        {
            **add(amount=1000, currency="usd", description="Whole", discountable=False),
            "coupon": "tenth_off",
        },
        check=total(1900),
    ),
    Case(
        ("invoice_items[][discounts]", "invoice_items[][discounts][][coupon]"),
        add(amount=1000, currency="usd", discounts=[{"coupon": "tenth_off"}]),
        check=total(1900),
    ),
    Case(
        ("invoice_items[][discounts][][discount]",),
        add(amount=1000, currency="usd", discounts=[{"discount": "di_off"}]),
        check=total(1500),
    ),
    Case(
        ("invoice_items[][tax_rates]",),
        add(amount=1000, currency="usd", tax_rates=["txr_vat"]),
        check=lambda invoice: (invoice.tax, invoice.total) == (200, 2200),
    ),
    Case(
        ("invoice_items[][invoiceitem]",),
        {
            "subscription": "sub_pair",
            "invoice_items": [{"invoiceitem": "ii_pending_work", "quantity": 3}],
        },
        [("Pending work", 4500), (SEAT, 1000), (SEAT_20, 2000)],
    ),
    Case(
        ("invoice_items[][metadata]",),
        add(amount=1, currency="usd", metadata={"why": "test"}),
        check=lambda invoice: invoice.lines.data[0].metadata == {"why": "test"},
    ),
    Case(
        (
            "invoice_items[][period]",
            "invoice_items[][period][start]",
            "invoice_items[][period][end]",
        ),
        add(amount=1, currency="usd", period={"start": JULY, "end": AUGUST}),
        check=lambda invoice: invoice.lines.data[0].period == {"start": JULY, "end": AUGUST},
    ),
    Case(
        ("invoice_items[][tax_behavior]", "invoice_items[][tax_code]"),
        add(
            unit_amount=500,
            description="Taxed",
            tax_behavior="exclusive",
            tax_code="txcd_10000000",
        ),
        [("Taxed", 500), (SEAT, 1000)],
    ),
    # Schedules
    Case(
        ("schedule",),
        {"schedule": "sub_sched_steered"},
        [("2 seat × Seats (at $20.00 / month)", 4000)],
    ),
    Case(
        ("schedule_details", "schedule_details[phases]", f"{P}[items]", f"{P}[items][][price]"),
        phases(PHASE),
        [("Lonely work", 700), (SEAT, 1000)],
    ),
    Case(
        ("schedule_details[end_behavior]",),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "end_behavior": "cancel",
                "phases": [{**PHASE, "start_date": "now", "end_date": at("2026-06-25")}],
            },
        },
        [("Unused time on Seats after 25 Jun 2026", -200)],
    ),
    Case(
        ("schedule_details[proration_behavior]",),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "phases": [{"items": [{"price": "price_seat_20"}], "start_date": "now"}],
                "proration_behavior": "none",
            },
        },
        [(SEAT_20, 2000)],
    ),
    Case(
        (f"{P}[proration_behavior]", f"{P}[start_date]"),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "phases": [
                    {
                        "items": [{"price": "price_seat_20"}],
                        "start_date": "now",
                        "proration_behavior": "always_invoice",
                    }
                ],
            },
        },
        [(UNUSED, -500), (REMAINING, 1000)],
    ),
    Case(
        (f"{P}[end_date]",),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "phases": [
                    {**PHASE, "start_date": "now", "end_date": JULY},
                    {"items": [{"price": "price_seat_10", "quantity": 5}]},
                ],
            },
        },
        [("5 seat × Seats (at $10.00 / month)", 5000)],
    ),
    Case(
        (f"{P}[iterations]",),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "phases": [
                    {**PHASE, "start_date": at("2026-06-01"), "iterations": 1},
                    {"items": [{"price": "price_seat_10", "quantity": 4}]},
                ],
            },
        },
        [("4 seat × Seats (at $10.00 / month)", 4000)],
    ),
    Case(
        (f"{P}[items][][quantity]",),
        phases({"items": [{"price": "price_seat_10", "quantity": 2}]}),
        [("Lonely work", 700), ("2 seat × Seats (at $10.00 / month)", 2000)],
    ),
    Case(
        (f"{P}[items][][plan]",),
        phases({"items": [{"plan": "price_seat_20"}]}),
        [("Lonely work", 700), (SEAT_20, 2000)],
    ),
    Case(
        (
            f"{P}[items][][price_data]",
            *(
                f"{P}[items][][price_data][{part}]"
                for part in ("currency", "product", "recurring", "unit_amount", "tax_behavior")
            ),
            f"{P}[items][][price_data][recurring][interval]",
            f"{P}[items][][price_data][recurring][interval_count]",
        ),
        phases({"items": [{"price_data": PRICE_DATA}]}),
        [("Lonely work", 700), ("1 seat × Seats (at $15.00 / month)", 1500)],
    ),
    Case(
        (f"{P}[items][][price_data][unit_amount_decimal]",),
        phases(
            {
                "items": [
                    {
                        "price_data": {
                            "currency": "usd",
                            "product": "prod_seat",
                            "recurring": {"interval": "month"},
                            "unit_amount_decimal": "1234.5",
                        }
                    }
                ]
            }
        ),
        [("Lonely work", 700), ("1 seat × Seats (at $12.345 / month)", 1235)],
    ),
    Case(
        (f"{P}[items][][tax_rates]",),
        phases({"items": [{"price": "price_seat_10", "tax_rates": ["txr_gst"]}]}),
        check=lambda invoice: invoice.tax == 100,
    ),
    Case(
        (f"{P}[items][][discounts]", f"{P}[items][][discounts][][coupon]"),
        phases({"items": [{"price": "price_seat_10", "discounts": [{"coupon": "five_off"}]}]}),
        check=total(1200),
    ),
    Case(
        (f"{P}[items][][discounts][][discount]",),
        phases({"items": [{"price": "price_seat_10", "discounts": [{"discount": "di_off"}]}]}),
        check=total(1200),
    ),
    Case(
        (f"{P}[items][][metadata]",),
        phases({"items": [{"price": "price_seat_10", "metadata": {"a": "1"}}]}),
        check=lambda invoice: invoice.lines.data[1].metadata == {"a": "1"},
    ),
    Case(
        (
            f"{P}[items][][billing_thresholds]",
            f"{P}[items][][billing_thresholds][usage_gte]",
            f"{P}[billing_thresholds]",
            f"{P}[billing_thresholds][amount_gte]",
            f"{P}[billing_thresholds][reset_billing_cycle_anchor]",
        ),
        phases(
            {
                "items": [
                    {"price": "price_call", "billing_thresholds": {"usage_gte": 10}},
                    {"price": "price_seat_10"},
                ],
                "billing_thresholds": {"amount_gte": 5000, "reset_billing_cycle_anchor": False},
            }
        ),
        [("Lonely work", 700), (SEAT, 1000)],
    ),
    Case(
        (f"{P}[default_tax_rates]",),
        phases({**PHASE, "default_tax_rates": ["txr_gst"]}),
        check=lambda invoice: invoice.tax == 170,
    ),
    Case((f"{P}[coupon]",), phases({**PHASE, "coupon": "five_off"}), check=total(1200)),
    Case(
        (f"{P}[discounts]", f"{P}[discounts][][coupon]"),
        phases({**PHASE, "discounts": [{"coupon": "five_off"}]}),
        check=total(1200),
    ),
    Case(
        (f"{P}[discounts][][discount]",),
        phases({**PHASE, "discounts": [{"discount": "di_off"}]}),
        check=total(1200),
    ),
    Case(
        (f"{P}[trial]",),
        phases({**PHASE, "trial": True, "end_date": JULY}),
        [("Lonely work", 700), ("Trial period for Seats", 0)],
    ),
    Case(
        (f"{P}[trial_end]",),
        phases({**PHASE, "trial_end": JULY}),
        [("Lonely work", 700), ("Trial period for Seats", 0)],
    ),
    Case(
        (f"{P}[billing_cycle_anchor]",),
        {
            "schedule": "sub_sched_steered",
            "schedule_details": {
                "phases": [{**PHASE, "start_date": "now", "billing_cycle_anchor": "phase_start"}]
            },
        },
        [(UNUSED, -500), (SEAT, 1000)],
    ),
    Case(
        (f"{P}[currency]",),
        {"schedule_details": {"phases": [{**PHASE, "currency": "eur"}]}},
        [("1 seat × Seats (at €9.00 / month)", 900)],
    ),
    Case(
        (f"{P}[collection_method]",),
        phases({**PHASE, "collection_method": "send_invoice"}),
        check=lambda invoice: invoice.collection_method == "send_invoice",
    ),
    Case(
        (
            f"{P}[add_invoice_items]",
            f"{P}[add_invoice_items][][price]",
            f"{P}[add_invoice_items][][quantity]",
        ),
        {
            "schedule_details": {
                "phases": [
                    {**PHASE, "add_invoice_items": [{"price": "price_setup", "quantity": 2}]}
                ]
            }
        },
        [("Setup", 10000), (SEAT, 1000)],
    ),
    Case(
        (
            f"{P}[add_invoice_items][][price_data]",
            *(
                f"{P}[add_invoice_items][][price_data][{part}]"
                for part in ("currency", "product", "unit_amount", "tax_behavior")
            ),
            f"{P}[add_invoice_items][][tax_rates]",
        ),
        {
            "schedule_details": {
                "phases": [
                    {
                        **PHASE,
                        "add_invoice_items": [
                            {
                                "price_data": {
                                    "currency": "usd",
                                    "product": "prod_setup",
                                    "unit_amount": 1000,
                                    "tax_behavior": "exclusive",
                                },
                                "tax_rates": ["txr_vat"],
                            }
                        ],
                    }
                ]
            }
        },
        check=lambda invoice: (invoice.tax, invoice.total) == (200, 2200),
    ),
    Case(
        (f"{P}[add_invoice_items][][price_data][unit_amount_decimal]",),
        {
            "schedule_details": {
                "phases": [
                    {
                        **PHASE,
                        "add_invoice_items": [
                            {
                                "price_data": {
                                    "currency": "usd",
                                    "product": "prod_setup",
                                    "unit_amount_decimal": "10.5",
                                },
                            }
                        ],
                    }
                ]
            }
        },
        [("Setup", 11), (SEAT, 1000)],
    ),
    Case(
        (f"{P}[add_invoice_items][][discounts]", f"{P}[add_invoice_items][][discounts][][coupon]"),
        {
            "schedule_details": {
                "phases": [
                    {
                        **PHASE,
                        "add_invoice_items": [
                            {"price": "price_setup", "discounts": [{"coupon": "tenth_off"}]}
                        ],
                    }
                ]
            }
        },
        check=total(5500),
    ),
    Case(
        (f"{P}[add_invoice_items][][discounts][][discount]",),
        {
            "schedule_details": {
                "phases": [
                    {
                        **PHASE,
                        "add_invoice_items": [
                            {"price": "price_setup", "discounts": [{"discount": "di_off"}]}
                        ],
                    }
                ]
            }
        },
        check=total(5500),
    ),
    # What says how an invoice is paid, shown or passed on is taken, and changes no amount.
    Case(
        (
            f"{P}[application_fee_percent]",
            f"{P}[default_payment_method]",
            f"{P}[description]",
            f"{P}[invoice_settings]",
            f"{P}[invoice_settings][account_tax_ids]",
            f"{P}[invoice_settings][days_until_due]",
            f"{P}[invoice_settings][issuer]",
            f"{P}[invoice_settings][issuer][account]",
            f"{P}[invoice_settings][issuer][type]",
            f"{P}[metadata]",
            f"{P}[on_behalf_of]",
            f"{P}[transfer_data]",
            f"{P}[transfer_data][amount_percent]",
            f"{P}[transfer_data][destination]",
            f"{P}[automatic_tax]",
            f"{P}[automatic_tax][enabled]",
            f"{P}[automatic_tax][liability]",
            f"{P}[automatic_tax][liability][account]",
            f"{P}[automatic_tax][liability][type]",
        ),
        {
            "schedule_details": {
                "phases": [
                    {
                        **PHASE,
                        "application_fee_percent": "1.5",
                        "automatic_tax": {"enabled": False, "liability": {"type": "self"}},
                        "default_payment_method": "pm_1",
                        "description": "A phase",
                        "invoice_settings": {
                            "account_tax_ids": ["atxi_1"],
                            "days_until_due": 5,
                            "issuer": {"type": "self"},
                        },
                        "metadata": {"a": "b"},
                        "on_behalf_of": "acct_1",
                        "transfer_data": {"amount_percent": "10", "destination": "acct_1"},
                    }
                ]
            }
        },
        [(SEAT, 1000)],
    ),
)
