"""The documented worked numbers, by topic."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.pricing import Price, Tier

__all__ = ["TESTED", "Vector", "all_vectors", "cases", "price_of"]

Vector = dict[str, Any]

TESTED: set[str] = set()  # topics that a test has taken

_FILE = Path(__file__).resolve().parents[1] / "vectors" / "stripe-vectors.json"


def all_vectors() -> list[Vector]:
    return json.loads(_FILE.read_text(encoding="utf-8"), parse_float=str)


def cases(*topics: str) -> pytest.MarkDecorator:
    """Return the parametrisation of a test over the vectors of some topics."""
    found = [vector for vector in all_vectors() if vector["topic"] in topics]
    assert {vector["topic"] for vector in found} == set(topics)
    TESTED.update(topics)
    return pytest.mark.parametrize("vector", found, ids=lambda vector: vector["id"])


def _amount(inputs: Vector, name: str) -> Fraction | None:
    text = inputs.get(f"{name}_decimal", inputs.get(name))
    return None if text is None else Fraction(text)


def price_of(inputs: Vector) -> Price:
    """Return the price that a vector describes."""
    tiers = tuple(
        Tier(
            None if tier["up_to"] == "inf" else tier["up_to"],
            _amount(tier, "unit_amount"),
            _amount(tier, "flat_amount"),
        )
        for tier in inputs.get("tiers", ())
    )
    return Price(
        inputs.get("currency", "usd"),
        _amount(inputs, "unit_amount"),
        inputs.get("tiers_mode"),
        tiers,
        inputs.get("divide_by"),
        inputs.get("round", "up"),
    )
