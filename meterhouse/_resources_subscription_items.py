"""Subscription items: their usage records and summaries."""

from __future__ import annotations

from typing import Any

from meterhouse._objects_catalogue import SubscriptionItem
from meterhouse._objects_list import ListObject
from meterhouse._objects_usage import UsageRecord, UsageRecordSummary
from meterhouse._resources_base import Asks, Landed, Params, RequestOptions, Resource, escaped


class UsageRecords(Resource):
    """``/v1/subscription_items/:id/usage_records``."""

    def create(
        self,
        subscription_item: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> UsageRecord:
        """Report usage of a metered item at a second; it is durable when this returns."""
        path = f"/v1/subscription_items/{escaped(subscription_item)}/usage_records"
        return self._ask("POST", path, params, options, keywords)


class UsageRecordSummaries(Resource):
    """``/v1/subscription_items/:id/usage_record_summaries``."""

    def list(
        self,
        subscription_item: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> ListObject[UsageRecordSummary]:
        """Give an item's usage per billing period, newest first; the open period comes first."""
        path = f"/v1/subscription_items/{escaped(subscription_item)}/usage_record_summaries"
        return self._ask("GET", path, params, options, keywords)


class SubscriptionItems(Landed[SubscriptionItem]):
    """``/v1/subscription_items``."""

    _path = "/v1/subscription_items"

    def __init__(self, warehouse: Asks) -> None:
        super().__init__(warehouse)
        self.usage_records = UsageRecords(warehouse)
        self.usage_record_summaries = UsageRecordSummaries(warehouse)

    def retrieve(
        self,
        item: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> SubscriptionItem:
        """Give one subscription item by its id."""
        return self._retrieve(item, params, options, keywords)
