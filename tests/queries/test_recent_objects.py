"""Landed objects that are kept for the next question about the same build."""

from __future__ import annotations

from pathlib import Path

from meterhouse import Warehouse
from queries._recent_objects import RecentObjects


def test_the_objects_used_longest_ago_make_place_for_others() -> None:
    recent = RecentObjects()
    for number in range(4096):
        recent.put("price", f"price_{number}", (False, {"id": number}))
    assert recent.get("price", "price_0") == (False, {"id": 0})
    recent.put("price", "one_more", (True, {}))
    assert recent.get("price", "price_1") is None
    assert recent.get("price", "price_0") is not None
    assert recent.get("price", "one_more") == (True, {})


def test_objects_that_may_hold_thousands_of_others_are_not_kept() -> None:
    recent = RecentObjects()
    recent.put("subscription", "sub_1", (False, {}))
    assert recent.get("subscription", "sub_1") is None


def test_a_kept_object_is_seen_in_its_own_mode_only(sample_home: Path) -> None:
    path = "/v1/customers/cus_AuroraLabs0001"
    with Warehouse(sample_home) as every, Warehouse(sample_home, livemode=True) as live:
        mode = every.request("GET", path).body["livemode"]
        assert not mode
        assert live.request("GET", path).status == 404
        assert live.request("GET", path).status == 404


def test_what_is_done_to_an_answer_changes_no_later_one(sample_home: Path) -> None:
    with Warehouse(sample_home) as warehouse:
        listed = warehouse.prices.list(limit=1).data[0].id
        path = f"/v1/prices/{listed}"
        first = warehouse.request("GET", path, {"expand": ["product"]}).body
        assert isinstance(first["product"], dict)
        first["metadata"]["changed"] = "by the caller"
        second = warehouse.request("GET", path).body
        assert isinstance(second["product"], str)
        assert "changed" not in second["metadata"]
