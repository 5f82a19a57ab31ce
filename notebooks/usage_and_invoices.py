"""From an amount on an invoice to the usage behind it, in a notebook.

    make demo                                     # the sample, or a home of your own
    marimo edit notebooks/usage_and_invoices.py   # METERHOUSE_HOME names the home; by default data

Needs the extra `notebook`.
"""

import marimo

app = marimo.App(width="medium", app_title="Usage and invoices")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    from great_tables import GT

    from meterhouse import Warehouse

    warehouse = Warehouse()
    mo.md(
        f"""
        # Usage and invoices

        Build `{warehouse.build.id}`, as of {warehouse.build.as_of}. Everything below is an answer
        of the published file: the objects are Stripe's, the tables are marts.
        """
    )
    return GT, alt, mo, warehouse


@app.cell
def _(mo, warehouse):
    customers = {customer.name: customer.id for customer in warehouse.customers.list(limit=100)}
    chosen_customer = mo.ui.dropdown(
        customers,
        value="Aurora Labs" if "Aurora Labs" in customers else next(iter(customers)),
        label="Customer",
    )
    chosen_customer
    return (chosen_customer,)


@app.cell
def _(mo):
    mo.md("""## What the next invoice will say""")
    return


@app.cell
def _(chosen_customer, warehouse):
    upcoming = warehouse.invoices.upcoming(customer=chosen_customer.value)
    lines = warehouse.sql(
        """
        select description, quantity, amount, currency, period_start, period_end
        from upcoming_invoice_lines(customer := ?)
        """,
        [chosen_customer.value],
    )
    return lines, upcoming


@app.cell
def _(GT, lines, upcoming):
    shown_lines = (
        GT(lines)
        .tab_header(
            title="Upcoming invoice",
            subtitle=f"{upcoming.amount_due:,} {upcoming.currency} due, in minor units",
        )
        .fmt_datetime(["period_start", "period_end"], date_style="iso", time_style="iso-short")
    )
    shown_lines
    return


@app.cell
def _(mo):
    mo.md("""## The usage behind it, by day""")
    return


@app.cell
def _(chosen_customer, warehouse):
    days = warehouse.sql(
        """
        select meters.display_name as meter, daily.start_time as day, daily.aggregated_value
        from meter_event_summaries_daily as daily
        inner join meters on meters.id = daily.meter_id
        where daily.customer_id = ?
        order by meter, day
        """,
        [chosen_customer.value],
    )
    return (days,)


@app.cell
def _(alt, days, mo):
    # Charts are drawn in doubles; the numbers themselves stay exact in `days`.
    chart = (
        alt.Chart(days.cast({"aggregated_value": float}))
        .mark_bar()
        .encode(x="day:T", y=alt.Y("aggregated_value:Q", title="used"), row="meter:N")
        .properties(height=120)
    )
    mo.ui.altair_chart(chart) if days.height else mo.md("No meter counted anything.")
    return


@app.cell
def _(mo):
    mo.md("""## Periods of one subscription item""")
    return


@app.cell
def _(mo, warehouse):
    metered = warehouse.sql(
        "select distinct subscription_item_id from usage_record_summaries order by all"
    )["subscription_item_id"].to_list()
    chosen_item = mo.ui.dropdown(metered, value=metered[0], label="Subscription item")
    chosen_item
    return (chosen_item,)


@app.cell
def _(chosen_item, warehouse):
    periods = warehouse.subscription_items.usage_record_summaries.list(chosen_item.value, limit=12)
    periods
    return (periods,)


if __name__ == "__main__":
    app.run()
