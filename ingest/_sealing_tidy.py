"""Keep the journal's folder small: merge runs, forget what is older than 24 hours."""

from __future__ import annotations

import secrets
from datetime import datetime
from itertools import pairwise
from typing import Final

from foundation import fail_point
from ingest._durable import sync_path
from ingest._idempotency import RECALL_PERIOD
from ingest._idempotency_runs import Run, merged_entries, write_run
from ingest._journal_folder import (
    JournalFolder,
    exclusive_lock,
    micros,
    receipt_instant,
    start_stamp,
)

__all__ = ["tidy"]

# So many runs of about one size become one, so there are never more than a few of each size.
_FAN_IN: Final = 4


def tidy(folder: JournalFolder, now: datetime) -> None:
    """Merge runs and remove what nobody can ask for any more. Needs the seal lock.

    A journal that was received at a later instant than `now` tells the time instead.
    """
    latest = receipt_instant(folder.last_closed_receipt().received_at)
    received_after = micros(max(now, latest) - RECALL_PERIOD)
    _remove_leftovers(folder)
    runs = _settled_runs(folder)
    expired = [run for run in runs if run.newest <= received_after]
    _replace_runs(folder, expired)
    while together := _same_size([run for run in runs if run not in expired]):
        merged = folder.recall / f"merged-{secrets.token_hex(8)}.run"
        fail_point("recall.before_merge")
        entries = merged_entries(together, received_after)
        write_run(merged, entries, sum(run.count for run in together))
        fail_point("recall.merged")
        _replace_runs(folder, together)
        runs = [*(run for run in runs if run not in together), Run(merged)]
    for run in runs:
        run.close()
    _forget_answers(folder, received_after)


def _settled_runs(folder: JournalFolder) -> list[Run]:
    # The run of a segment that is not sealed yet is looked for by the segment's name.
    unsealed = {segment.stem for segment in folder.closed_segments()}
    return [Run(path) for path in sorted(folder.recall.glob("*.run")) if path.stem not in unsealed]


def _same_size(runs: list[Run]) -> list[Run]:
    sizes: dict[int, list[Run]] = {}
    for run in runs:
        sizes.setdefault(run.count.bit_length() // 2, []).append(run)
    full = [size for size, held in sizes.items() if len(held) >= _FAN_IN]
    return sizes[min(full)] if full else []


def _replace_runs(folder: JournalFolder, runs: list[Run]) -> None:
    if not runs:
        return
    # Whoever lists the runs holds this lock, so it finds either all of these or what replaced them.
    with exclusive_lock(folder.commit_lock):
        for run in runs:
            fail_point("recall.before_remove")
            run.path.unlink()
        sync_path(folder.recall)


def _forget_answers(folder: JournalFolder, received_after: int) -> None:
    oldest = start_stamp(received_after)
    for hour, next_hour in pairwise(folder.kept_hours()):
        # A segment holds nothing received after the start of the next one.
        if min((path.name for path in next_hour.iterdir()), default="~") < oldest:
            for segment in hour.iterdir():
                fail_point("sealing.before_forget")
                segment.unlink()
            hour.rmdir()


def _remove_leftovers(folder: JournalFolder) -> None:
    # Both places are written to only under the commit lock or the seal lock.
    with exclusive_lock(folder.commit_lock):
        for parent in (folder.path, folder.recall):
            for path in parent.glob("*.tmp"):
                path.unlink()
