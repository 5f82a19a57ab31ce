"""The newest stripe package, in an environment of its own, against `meterhouse serve`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from foundation import project_dir
from tests.meterhouse._server import TEST_KEY, serving

PYTHON = Path(
    os.environ.get("NEWEST_STRIPE_PYTHON")
    or project_dir() / ".venv-stripe-newest" / "bin" / "python"
)
"""A Python that has what requirements/stripe-newest.lock names; `make test` makes one."""


@pytest.mark.skipif(
    not PYTHON.exists(),
    reason=f"there is no {PYTHON}; make .venv-stripe-newest/.stripe makes it",
)
def test_the_newest_package_gets_what_it_still_asks_for(sample_copy: Path) -> None:
    script = Path(__file__).with_name("_newest_stripe.py")
    with serving(sample_copy) as server:
        ran = subprocess.run(
            [str(PYTHON), str(script), server.url, TEST_KEY],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "formula": "sum",
        "summaries": 3,
        "preview_total": 8750,
        "preview_parents": ["invoice_item_details"] + ["subscription_item_details"] * 2,
        "added": 5,
        "taxes": [[], []],
        "event": "1.5",
        "prices": 15,
        "customers": 5,
        "refused": [404, "resource_missing", "id"],
    }
