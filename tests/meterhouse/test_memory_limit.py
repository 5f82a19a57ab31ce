"""A build's memory limit may be a share of the machine, whatever DuckDB is installed."""

from __future__ import annotations

import duckdb
import pytest

from meterhouse._memory_limit import limit_in_bytes, limit_understood


def limit_said(limit: str) -> str:
    with duckdb.connect(config={"memory_limit": limit}) as connection:
        (said,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
    return said


@pytest.mark.parametrize("limit", ["100MB", "2GiB", "60%", "12.5 %"])
def test_what_is_handed_to_dbt_is_a_limit_that_this_duckdb_takes(limit: str) -> None:
    assert limit_said(limit_understood(limit)).split()[1] in {"MiB", "GiB", "TiB"}


@pytest.mark.parametrize("share", ["80%", "60%", "7.5%"])
def test_a_share_in_bytes_is_that_share_of_what_duckdb_sees(share: str) -> None:
    with duckdb.connect() as connection:
        (whole,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
    number, unit = limit_said(f"{limit_in_bytes(share)}B").split()
    expected = float(whole.split()[0]) * float(share[:-1]) / 80
    in_units = {"MiB": 1, "GiB": 1024, "TiB": 1024**2}
    found = float(number) * in_units[unit] / in_units[whole.split()[1]]
    # Both are said to one digit behind the point.
    assert found == pytest.approx(expected, rel=0.1)


def test_what_is_no_share_has_no_size_in_bytes() -> None:
    with pytest.raises(ValueError, match="'2GB' is no share"):
        limit_in_bytes("2GB")
