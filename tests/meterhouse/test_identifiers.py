"""Ids that calls mint are of Stripe's form, and never the same twice."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from meterhouse._writes._identifiers import mint


@pytest.mark.parametrize("length", [1, 13, 14, 24])
def test_an_id_has_its_prefix_and_its_length(length: int) -> None:
    assert re.fullmatch(rf"mev_[0-9A-Za-z]{{{length}}}", mint("mev_", length))


def test_ids_of_many_threads_differ() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: mint("mev_"), range(20_000)))
    assert len(set(ids)) == len(ids)


def test_every_letter_stands_at_every_place() -> None:
    ids = [mint("", 14) for _ in range(5000)]
    assert {len({each[place] for each in ids}) for place in range(14)} == {62}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_mints_ids_of_its_own() -> None:
    mint("mev_")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, mint("mev_").encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 100).decode() != mint("mev_")
    os.close(read)
    os.close(write)
