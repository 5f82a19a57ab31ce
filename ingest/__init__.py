"""Read, map, check, land: everything in, exactly once, nothing lost. Nothing is computed here.

Homes and lakes
    prepare_home(root)          the home at root, made if absent; every stream has its empty file
    open_home(root)             the home at root, or NotAHomeError
    live_files(lake, stream)    the files that hold a stream's rows, each row once
    batches(lake, stream)       the account of every batch: read, accepted, rejected by reason
    read_footer(path)           the footer keys of a file of the lake

Files and frames
    land(home, stream, inputs)  each input becomes one batch, exactly once; see its options
    reland(home, stream)        the open rejected rows again, each at most once
    open_rejections(home)       how many there are, by stream
    LandingReport, BatchReport  what became of them: read, accepted, rejected and why
    RejectedRow                 one row that did not land

Stripe's API
    StripeSource(key, address)  one account in one mode, read through the `stripe` package
    pull_stripe(home, source)   each list becomes one batch, from the newest pulled before on
    require_pulled(streams)     refuse streams that no list feeds
    PulledList                  what became of one list

Writing (for those who make batches of their own: the journal's sealing, compaction)
    write_batch(home, stream, rows, metadata)   checked rows in the stream's schema, as one batch
    BatchWriter(home, stream, batch_id)         the same, in pieces
    BatchMetadata                               the account a batch keeps in its footer
    has_batch(home, stream, batch_id)           whether it landed, compacted or not
    stream_lock(home, stream)                   hold it to add, replace or remove files
    durable_rename, incoming_path, sync_path    a file is whole or absent

Single calls
    Journal(home)               append, append_async: durable on return; idempotent: each key once
    Answer, request_fingerprint what an Idempotency-Key keeps, and what it stands for
    seal_journal(home)          the calls received so far become batches of the lake
    sealing(home)               do that in the background, once a second at the most
    unsealed_rows(home, stream) what the journal holds that is not in the lake yet

Upkeep
    compact(home)               small files become few large ones; nothing else notices
    set_aside_unreadable(home)  damaged files go to lake/_quarantine/, each with its reason
    quarantined(home)           what is missing because of that
"""

from ingest._batch import REJECTED_SCHEMA, BatchWriter, open_lake_writer, write_batch
from ingest._compaction import Compaction, CompactionRunningError, compact
from ingest._compaction_plan import MergePlan
from ingest._durable import durable_rename, incoming_path, stream_lock, sync_path
from ingest._idempotency import (
    RECALL_PERIOD,
    Answer,
    DuplicateMeterEventError,
    IdempotencyKeyInUseError,
    IdempotencyMismatchError,
    request_fingerprint,
)
from ingest._journal import IdempotentCall, Journal, JournalWriteError, Receipt
from ingest._journal_calls import WrittenRows
from ingest._journal_frames import JournalDamagedError
from ingest._lake import batches, has_batch, live_files, open_home, prepare_home
from ingest._landing import Progress, land
from ingest._metadata import BatchMetadata, footer_of, read_batches, read_footer
from ingest._modes import in_mode, without_mode
from ingest._quarantine import Quarantined, quarantined, set_aside_unreadable
from ingest._relanding import open_rejections, reland
from ingest._report import BatchReport, LandingReport, RejectedRow
from ingest._sealing import SealedBatch, seal_journal, sealing
from ingest._sources import FileState, file_state
from ingest._stripe_pull import PulledList, pull_stripe, require_pulled
from ingest._stripe_source import StripeSource
from ingest._unsealed import UnsealedRow, unsealed_rows

__all__ = [
    "RECALL_PERIOD",
    "REJECTED_SCHEMA",
    "Answer",
    "BatchMetadata",
    "BatchReport",
    "BatchWriter",
    "Compaction",
    "CompactionRunningError",
    "DuplicateMeterEventError",
    "FileState",
    "IdempotencyKeyInUseError",
    "IdempotencyMismatchError",
    "IdempotentCall",
    "Journal",
    "JournalDamagedError",
    "JournalWriteError",
    "LandingReport",
    "MergePlan",
    "Progress",
    "PulledList",
    "Quarantined",
    "Receipt",
    "RejectedRow",
    "SealedBatch",
    "StripeSource",
    "UnsealedRow",
    "WrittenRows",
    "batches",
    "compact",
    "durable_rename",
    "file_state",
    "footer_of",
    "has_batch",
    "in_mode",
    "incoming_path",
    "land",
    "live_files",
    "open_home",
    "open_lake_writer",
    "open_rejections",
    "prepare_home",
    "pull_stripe",
    "quarantined",
    "read_batches",
    "read_footer",
    "reland",
    "request_fingerprint",
    "require_pulled",
    "seal_journal",
    "sealing",
    "set_aside_unreadable",
    "stream_lock",
    "sync_path",
    "unsealed_rows",
    "without_mode",
    "write_batch",
]
