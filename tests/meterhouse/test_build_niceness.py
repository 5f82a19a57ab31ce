"""A build gives way to whatever else runs: what is published goes on being answered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foundation import Settings
from tests.meterhouse._tiny import TinyProject

# The nineteenth field of the process's own line, counted from behind its name.
_NICENESS = """
select
    cast(1 as bigint) as product_count,
    make_timestamp(
        cast(split_part(split_part(content, ') ', 2), ' ', 17) as bigint) * 1000000
    ) as as_of
from read_text('/proc/self/stat')
"""


def test_the_default_is_to_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METERHOUSE_BUILD_NICENESS")
    assert Settings().build_niceness == 10


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells by a file")
def test_dbt_runs_as_nice_as_asked_and_we_do_not(tmp_path: Path) -> None:
    project = TinyProject(tmp_path / "project")
    project.land("batch_1", "prod_a")
    project.write("models/marts/product_counts.sql", _NICENESS)
    said = project.run("build", METERHOUSE_BUILD_NICENESS="1")
    assert said.exit_code == 0, said.stderr
    ((niceness,),) = project.published("select epoch_ms(as_of) // 1000 from product_counts")
    assert niceness == min(os.nice(0) + 1, 19)
