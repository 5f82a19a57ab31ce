"""How long one customer's usage of a meter takes to read, here and elsewhere, side by side.

    python -m benchmarks.meter_reads LAKE BUILD [--folder FOLDER]

Asks the build, in Python and in SQL, for customers' weeks by hour and months by day, and for what
reads events: dimensions, what was known at an instant, a zone off the hour. In the same run it asks
the summaries of DuckDB and polars over the files that landed, of DuckDB over a table kept in order,
and, where it is installed (`pip install chdb`), of chdb over a MergeTree in the order of OpenMeter.
Prints the time of each; what reads what landed must agree. `nightly_metering` ends with it.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import duckdb

from benchmarks._meter_readers import (
    BareParquet,
    BareTable,
    Chdb,
    InPython,
    InSql,
    Polars,
    Question,
    Reader,
    Windows,
)
from meterhouse._scale import METERS

SUMMARIES = {"a week by hour": (7, "hour"), "a month by day": (31, "day")}
DETAILS = ("dimensions", "known at", "odd zone")
DETAILED_QUESTIONS = 60
WARMING = 5


def draw_questions(build: Path) -> dict[str, list[Question]]:
    """Draw what is asked, of another customer and meter each time; by kind."""
    draw = random.Random(1)
    with duckdb.connect(build / "warehouse.duckdb", read_only=True) as connection:
        found = connection.execute(
            "select customer_id from intermediate.customer_keys order by customer_id"
        ).fetchall()
        last = connection.execute(
            "select cast(max(quarter_hour) as bigint) * 900 from intermediate.meter_quarter_hours"
        ).fetchone()
    customers = [customer for (customer,) in found]
    assert last
    end = last[0] - last[0] % 86_400 + 86_400

    def drawn(days: int, window: str, detail: str = "") -> Question:
        meter, event_name, formula, _ = METERS[0] if detail else draw.choice(METERS)
        customer = draw.choice(customers)
        start = end - days * 86_400
        return Question(meter, event_name, formula, customer, start, end, window, detail)

    asked = {
        kind: [drawn(days, window) for _ in range(Reader.questions_at_most)]
        for kind, (days, window) in SUMMARIES.items()
    }
    for detail in DETAILS:
        asked[f"a month, {detail}"] = [drawn(31, "day", detail) for _ in range(DETAILED_QUESTIONS)]
    return asked


def ask_all(reader: Reader, questions: list[Question]) -> tuple[list[float], list[Windows]]:
    """Ask a reader one after the other; return milliseconds and answers."""
    for question in questions[:WARMING]:
        reader.ask(question)
    took: list[float] = []
    answers: list[Windows] = []
    for question in questions:
        began = time.perf_counter()
        answers.append(reader.ask(question))
        took.append((time.perf_counter() - began) * 1000)
    return took, answers


def hold_alike(kind: str, questions: list[Question], said: list[list[Windows]]) -> None:
    """Refuse a comparison in which readers of the same events say different things."""
    for one, other in itertools.pairwise(said):
        for question, these, those in zip(questions, one, other, strict=False):
            # Which of two events of one second is the last one, only receipt tells.
            if question.formula != "last" and these != those:
                raise SystemExit(f"{kind}: what landed was added up in two ways: {question}")


def compare(lake: Path, build: Path, folder: Path) -> None:
    """Ask everybody the same and print what it took."""
    readers: list[Reader] = [
        InPython(build),
        InSql(build),
        BareParquet(lake),
        Polars(lake),
        BareTable(lake, folder),
    ]
    if find_spec("chdb"):
        readers.append(Chdb(lake, folder))
    else:
        print("chdb is not installed: not asked. Next: pip install chdb")
    for kind, questions in draw_questions(build).items():
        said: list[list[Windows]] = []
        for reader in readers:
            if questions[0].detail and not reader.answers_details:
                continue
            took, answers = ask_all(reader, questions[: reader.questions_at_most])
            if reader.sees_landed:
                said.append(answers)
            cuts = statistics.quantiles(took, n=100)
            print(
                f"{kind:20} {reader.name:24} p50 {cuts[49]:9.1f} ms, p99 {cuts[98]:9.1f} ms, "
                f"{len(took)} questions",
                flush=True,
            )
        hold_alike(kind, questions, said)
    for reader in readers:
        reader.close()


def main() -> None:
    """Compare over a lake and a build that are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lake", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--folder", type=Path, help="for what the others need; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        compare(arguments.lake, arguments.build, arguments.folder or Path(temporary))


if __name__ == "__main__":
    main()
