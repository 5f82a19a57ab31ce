"""Run by any DuckDB from 1.5 on, with nothing else installed: what a published file answers.

Takes a build's `warehouse.duckdb` and an empty Parquet file of the stream `invoice_line_edits`.
Prints one JSON document: DuckDB's version, and for each relation and table function its rows as one
text, so that two versions of DuckDB can be held against each other.
"""

import json
import sys

import duckdb

FROM, UNTIL = 1775001600, 1777593600  # April 2026, UTC
PERIOD_START = 1770735600  # 10 February 2026, 15:00 UTC
QUESTIONS = {
    "usage_record_summaries": "from usage_record_summaries('si_CedarReports') as rows",
    "usage_record_summary_records": (
        f"from usage_record_summary_records('si_CedarReports', {PERIOD_START}) as rows"
    ),
    "usage_record_acceptance": f"from usage_record_acceptance('si_CedarReports', {FROM}) as rows",
    "usage_per_timestamp": "from usage_per_timestamp('si_CedarReports') as rows",
    "meter_event_summaries": (
        "from meter_event_summaries('mtr_sample_GpuSeconds001', 'cus_AuroraLabs0001', "
        f"{FROM}, {UNTIL}, 'day') as rows"
    ),
    "meter_usage": (
        "from meter_usage(['mtr_sample_GpuSeconds001'], 'cus_AuroraLabs0001', "
        f"{FROM}, {UNTIL}, value_grouping_window := 'day', timezone := 'Europe/Berlin') as rows"
    ),
    "preview_lines": "from preview_lines('hypothetical_items') as rows",
    "credit_balances": "from credit_balances('cus_AuroraLabs0001') as rows",
    "credit_grants": "from credit_grants('cus_AuroraLabs0001') as rows",
    "invoice_lines": "from invoice_lines($invoice) as rows",
    "upcoming_invoice_lines": (
        "from upcoming_invoice_lines(customer := 'cus_AuroraLabs0001') as rows"
    ),
    "subscription_items": "from subscription_items($subscription) as rows",
}
QUESTIONS |= {
    name: f"from {name}($invoice, 'unbuilt_edits') as rows"
    for name in (
        "draft_invoice_edited",
        "draft_invoice_lines_edited",
        "draft_invoice_with_lines_edited",
        "invoice_discounts_edited",
        "pending_invoice_items_edited",
    )
}
QUESTIONS |= {
    name: f"from {name}() as rows"
    for name in (
        *("alerts", "coupons", "customers", "invoice_items", "invoices", "meters", "prices"),
        *("products", "subscription_schedules", "subscriptions", "tax_rates"),
    )
}
ALL_ROWS = (
    "select coalesce(string_agg(cast(rows as varchar), chr(10) "
    "order by cast(rows as varchar)), '') "
)


def main(database: str, no_edits: str) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create temp table unbuilt_edits as from read_parquet('{no_edits}')")
        connection.execute(
            "create temp table hypothetical_items as "
            "select 'si_CedarReports' as subscription_item, "
            "cast(null as varchar) as price, 1234 as quantity"
        )
        (invoice, subscription) = connection.execute(
            "select min(id), min(subscription_id) from draft_invoices where not is_upcoming"
        ).fetchone()
        given = {"invoice": invoice, "subscription": subscription}
        relations = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main' "
            "and table_catalog = current_database() order by table_name"
        ).fetchall()
        asked = {name: f"from main.{name} as rows" for (name,) in relations}
        answers = {}
        for name, question in (
            asked | {f"{name}()": QUESTIONS[name] for name in QUESTIONS}
        ).items():
            values = {value: given[value] for value in given if f"${value}" in question}
            (answers[name],) = connection.execute(ALL_ROWS + question, values or None).fetchone()
        functions = connection.execute(
            "select distinct function_name from duckdb_functions() "
            "where function_type = 'table_macro' and schema_name = 'main' and not internal "
            "and database_name = current_database() order by function_name"
        ).fetchall()
    held = {"duckdb": duckdb.__version__, "answers": answers}
    json.dump(held | {"functions": [name for (name,) in functions]}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
