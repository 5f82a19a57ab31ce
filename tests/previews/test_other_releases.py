"""A build of another release: what it lacks is said, with what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from meterhouse import APIError, Warehouse

CHANGE = {
    "subscription": "sub_metered",
    "subscription_details": {"cancel_at_period_end": True},
}


@pytest.mark.parametrize(
    "missing",
    ["drop schema previews cascade", "alter table previews.steps drop column empty_without"],
)
def test_a_build_that_lacks_what_previews_read_says_to_build_again(
    account_home: Path, tmp_path: Path, missing: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(account_home, home, symlinks=True)
    file = home / "current" / "warehouse.duckdb"
    file.chmod(0o644)
    with duckdb.connect(file) as connection:
        connection.execute(missing)
    with Warehouse(home) as opened:
        with pytest.raises(APIError) as refused:
            opened.invoices.create_preview(CHANGE)
        assert opened.invoices.create_preview({"subscription": "sub_metered"}).lines.data
    assert refused.value.http_status == 500
    assert "another release" in str(refused.value)
    assert "meterhouse build" in str(refused.value)
