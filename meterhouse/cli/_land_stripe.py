"""`meterhouse land --from-stripe`."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.errors import UsageError
from meterhouse.cli._landings import show_batches
from meterhouse.cli._output import OutputFormat, notices

if TYPE_CHECKING:
    from ingest import PulledList

__all__ = ["land_from_stripe"]


def land_from_stripe(
    root: Path,
    streams: list[str],
    *,
    address: str,
    full_refresh: bool,
    output_format: OutputFormat,
) -> int:
    """Pull from Stripe's API with the key in STRIPE_API_KEY and print what landed.

    Every list that was read is told of on standard error, also one that brought nothing new.
    """
    from ingest import StripeSource, prepare_home, pull_stripe, require_pulled

    key = os.environ.get("STRIPE_API_KEY", "").strip()
    if not key:
        raise UsageError(
            "Pulling from Stripe needs a key: STRIPE_API_KEY is not set.",
            next_command="export STRIPE_API_KEY=sk_test_…",
        )
    source = StripeSource(key, address)
    require_pulled(streams)
    home = prepare_home(root)
    pulled: list[PulledList] = []
    with _progress() as on_progress:
        for each in pull_stripe(
            home, source, streams, full_refresh=full_refresh, progress=on_progress
        ):
            pulled.append(each)
            notices().print(_remark(each), soft_wrap=True)
    return show_batches([each.batch for each in pulled if each.batch], output_format)


def _remark(pulled: PulledList) -> str:
    landed = pulled.batch.accepted if pulled.batch else 0
    since = "" if pulled.since is None else ", resumed from the newest pulled before"
    return f"{pulled.stream}: {pulled.read:,} read, {landed:,} new or changed{since}"


@contextmanager
def _progress() -> Generator[Callable[[str, int], None]]:
    console = notices()
    if not console.is_terminal:
        yield lambda stream, read: None
        return
    with console.status("pulling") as shown:
        yield lambda stream, read: shown.update(f"pulling {stream}: {read:,} objects")
