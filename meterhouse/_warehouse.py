"""`Warehouse`: the whole API over a published build, in this process."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, overload

from foundation import Home, Settings
from foundation.errors import NotAHomeError, UsageError
from meterhouse._instants import parse_instant
from meterhouse._objects import StripeObject
from meterhouse._objects_build import object_of
from meterhouse._resources_base import PageAsker, Params, RequestOptions, header_of
from meterhouse._resources_billing import Billing
from meterhouse._resources_invoices import Invoices
from meterhouse._resources_landed import (
    Coupons,
    Customers,
    InvoiceItems,
    Prices,
    Products,
    Subscriptions,
    SubscriptionSchedules,
    TaxRates,
)
from meterhouse._resources_subscription_items import SubscriptionItems
from meterhouse._resources_v2 import V2
from meterhouse._warehouse_clock import Clock
from meterhouse._warehouse_errors import raised
from meterhouse._warehouse_kernel import Kernel
from meterhouse._warehouse_response import Asked, Response
from queries import Build, BuildPool

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


class Warehouse:
    """Answer as Stripe's API does, from the published build of a home.

    Call sites are those of ``stripe.StripeClient`` of stripe 11.6::

        with Warehouse("data") as warehouse:
            page = warehouse.subscription_items.usage_record_summaries.list("si_…", {"limit": 3})

    Safe to share between threads. A request is answered wholly from one build; each new publish is
    followed without reopening. Times are whole seconds since 1970, amounts whole minor units,
    quantities exact ``Decimal``.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        build: str | None = None,
        livemode: bool | None = None,
        stripe_version: str | None = None,
        as_of: datetime.datetime | int | str | None = None,
        threads: int | None = None,
        memory_limit: str | None = None,
        timeout_seconds: float | None = None,
    ) -> None:
        """Open a home, a build's folder or a published file.

        Args:
            home: The home (by default METERHOUSE_HOME, else ``data``), or a build's folder or its
                ``warehouse.duckdb``, which can be read but not written.
            build: The id or pin of the build to answer from; by default the published one, which is
                followed.
            livemode: Answer live rows only (True), test rows only (False), or both (None).
            stripe_version: The API version whose shapes are answered; 2025-02-24.acacia by default.
            as_of: A test clock for writes: what counts as now. By default the real clock.
            threads: DuckDB's threads; by default one for each core.
            memory_limit: DuckDB's memory limit, such as ``2GB``; by default 80 % of the machine's.
            timeout_seconds: Stop a request that takes longer; by default none is stopped.

        Raises:
            UsageError: there is no such home, or nothing is published in it.
        """
        place = Path(home) if home is not None else Settings().home
        self._place = place.expanduser().absolute()
        self._livemode = livemode
        self._stripe_version = stripe_version
        self._pool = BuildPool(
            self._place,
            build_id=build,
            threads=threads,
            memory_limit=memory_limit,
            timeout_seconds=timeout_seconds,
        )
        self._kernel = Kernel(self._pool, _home_at(self._place), Clock(_clock_at(as_of)))
        self.billing = Billing(self)
        self.coupons = Coupons(self)
        self.customers = Customers(self)
        self.invoice_items = InvoiceItems(self)
        self.invoices = Invoices(self)
        self.prices = Prices(self)
        self.products = Products(self)
        self.subscription_items = SubscriptionItems(self)
        self.subscription_schedules = SubscriptionSchedules(self)
        self.subscriptions = Subscriptions(self)
        self.tax_rates = TaxRates(self)
        self.v2 = V2(self)

    @property
    def build(self) -> Build:
        """The build that the next request is answered from: its id, ``as_of`` and inputs."""
        return self._pool.build

    def request(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        idempotency_key: str | None = None,
        stripe_version: str | None = None,
    ) -> Response:
        """Answer one request as HTTP does: status, headers and body; refusals are answers too."""
        return self._kernel.answer(
            Asked(
                method=method.upper(),
                path=path,
                params=params or {},
                idempotency_key=idempotency_key,
                stripe_version=stripe_version or self._stripe_version,
                livemode=self._livemode,
            )
        )

    def ask(self, method: str, path: str, params: Params, options: RequestOptions) -> StripeObject:
        """Answer one request with an object, or raise what refused it.

        Raises:
            StripeError: as ``stripe.StripeClient`` would; the fields are the same.
        """
        response = self.request(
            method,
            path,
            params,
            idempotency_key=options.get("idempotency_key") or header_of(options, "idempotency-key"),
            stripe_version=options.get("stripe_version") or header_of(options, "stripe-version"),
        )
        if response.is_error:
            raise raised(response)
        return object_of(response, params, PageAsker(self, options))

    @overload
    def sql(
        self,
        query: str,
        params: Sequence[object] | Mapping[str, object] | None = None,
        *,
        format: Literal["polars"] = "polars",
    ) -> pl.DataFrame: ...

    @overload
    def sql(
        self,
        query: str,
        params: Sequence[object] | Mapping[str, object] | None = None,
        *,
        format: Literal["arrow"],
    ) -> pa.Table: ...

    def sql(
        self,
        query: str,
        params: Sequence[object] | Mapping[str, object] | None = None,
        *,
        format: Literal["polars", "arrow"] = "polars",
    ) -> pl.DataFrame | pa.Table:
        """Run a query over the build: marts, table functions, anything that only reads.

        ``params`` fill ``?`` (a sequence) or ``$name`` (a mapping). Decimals come out exact.
        Columns of one name are told apart: ``id``, ``id_1``.

        Raises:
            UsageError: the query is wrong, or would write; the message is DuckDB's.
        """
        if format not in ("polars", "arrow"):
            raise UsageError(f"format {format!r} is not one of 'polars' and 'arrow'.")
        with self._pool.reader() as reader:
            table = reader.table(query, params)
        if format == "arrow":
            return table
        import polars as pl

        try:
            frame = pl.from_arrow(table)
        except pl.exceptions.ComputeError as error:
            kinds = ", ".join(f"{field.name} ({field.type})" for field in table.schema)
            raise UsageError(
                "polars cannot hold a column of this answer, such as an interval or a union: "
                f"{kinds}. Cast it in the query, or ask for format='arrow'."
            ) from error
        assert isinstance(frame, pl.DataFrame)
        return frame

    def close(self) -> None:
        """Close the build and the journal. Asking afterwards is an error."""
        self._kernel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Warehouse {self._place} build={self.build.id}>"


def _home_at(place: Path) -> Home | None:
    """Give the home at a place; None for a build's folder or file, which can only be read."""
    try:
        return Home.open(place)
    except NotAHomeError:
        return None


def _clock_at(as_of: datetime.datetime | int | str | None) -> datetime.datetime | None:
    if as_of is None:
        return None
    if isinstance(as_of, datetime.datetime):
        return as_of if as_of.tzinfo is not None else as_of.replace(tzinfo=datetime.UTC)
    return parse_instant(str(as_of), option="as_of")
