"""Rules of the SQL text itself: what may divide, what may be written where, what other engines run.

Read from the files, without dbt, so `make lint` can ask too. On DuckDB `/` and `//` of decimals are
DOUBLE and `avg` is; on Spark `div` wraps and a cast to an integer truncates where DuckDB rounds. So
each of these lives in one macro of `macros/engine/`, with proven bounds, and nowhere else.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from foundation import project_dir

PROJECT = project_dir()
FILES = sorted(
    path
    for folder in ("models", "macros", "tests/dbt")
    for path in (PROJECT / folder).rglob("*.sql")
)
ENGINE = PROJECT / "macros" / "engine"
MODELS = [path for path in FILES if path.is_relative_to(PROJECT / "models")]
MARTS = [path for path in MODELS if path.parent.name in {"marts", "reconciliation"}]

# What runs on DuckDB only; staging may, where it unpacks what the lake holds.
ENGINE_WORDS = {
    "qualify": r"\bqualify\b",
    ":: casts": r"::",
    "arg_max": r"\barg_m(?:ax|in)\b",
    "group by all": r"\bgroup\s+by\s+all\b",
    "filter (where": r"\bfilter\s*\(\s*where\b",
    "unnest": r"\bunnest\s*\(",
    "list and struct functions": r"\b(?:list_\w+|struct_\w+|map_\w+|array_\w+)\s*\(",
    "lambdas": r"->",
    "asof join": r"\basof\b",
    "select * exclude": r"\*\s*(?:exclude|replace)\b",
}


def sql_of(path: Path) -> str:
    """Return the SQL of a file: no comments, no strings, no Jinja."""
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}", _blank, text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", _blank, text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", "", text)
    # Strings may hold expressions, expressions strings; neither divides.
    text = re.sub(r"\{\{.*?\}\}", _blank, text, flags=re.DOTALL)
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def jinja_of(path: Path) -> str:
    """Return what stands between the braces of a file: the SQL that Jinja puts together."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    return "\n".join(re.findall(r"\{[{%](.*?)[%}]\}", text, flags=re.DOTALL))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def places(pattern: str, path: Path) -> list[str]:
    text = sql_of(path)
    return [
        f"{path.relative_to(PROJECT)}:{text.count(chr(10), 0, found.start()) + 1} {found.group()!r}"
        for found in re.finditer(pattern, text, flags=re.IGNORECASE)
    ]


@pytest.mark.parametrize("pattern", [r"//?", r"\bdiv\b", r"\bavg\s*\(", r"\bmean\s*\("])
def test_only_engine_macros_divide(pattern: str) -> None:
    outside = [path for path in FILES if not path.is_relative_to(ENGINE)]
    assert [place for path in outside for place in places(pattern, path)] == []


def test_no_number_is_written_with_an_exponent() -> None:
    assert [place for path in FILES for place in places(r"\b\d+(?:\.\d+)?e[+-]?\d+", path)] == []


@pytest.mark.parametrize("words", ENGINE_WORDS)
def test_models_stay_in_the_portable_subset(words: str) -> None:
    portable = [path for path in MODELS if path.parent.name != "staging"]
    found = [place for path in portable for place in places(ENGINE_WORDS[words], path)]
    assert found == []


@pytest.mark.parametrize("kind", ["float", "double", "real"])
def test_no_model_makes_a_binary_fraction(kind: str) -> None:
    assert [place for path in FILES for place in places(rf"\b{kind}\b", path)] == []


def test_sources_are_read_by_staging_alone() -> None:
    readers = [path for path in FILES if re.search(r"\bsource\s*\(", jinja_of(path))]
    strays = [path for path in readers if path.parent.name != "staging"]
    assert [str(path.relative_to(PROJECT)) for path in strays] == []


def test_every_model_is_named_for_its_layer() -> None:
    prefixes = {"staging": "stg_"}
    wrong = [
        path.name
        for path in MODELS
        if not path.stem.startswith(prefixes.get(path.parent.name, ""))
        or (path in MARTS and path.stem.startswith(("stg_", "int_", "fct_", "dim_")))
    ]
    assert wrong == []


def test_sql_is_lower_case_and_at_most_100_wide() -> None:
    wide = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > 100
    ]
    assert wide == []
    shouting = r"\b(?:SELECT|FROM|WHERE|JOIN|GROUP|ORDER|CASE|WHEN|UNION|CAST|WITH)\b"
    shouted = [
        str(path.relative_to(PROJECT)) for path in FILES if re.search(shouting, sql_of(path))
    ]
    assert shouted == []


# A night makes a customer again when time reaches an instant that a model compares with as_of.
# Whoever compares another one adds it to macros/nights/touched_by_time.sql, then the model here.
COMPARED_WITH_AS_OF = {
    "billing_period_breaks",
    "billing_periods",
    "int_billing_period_ranges",
    "int_current_billing_periods",
    "int_invoice_boundaries",
    "int_invoice_discounts",
    "int_licensed_changes",
    "int_licensed_periods",
    "int_moved_invoice_item_lines",
    "int_lines_beside_prorations",
    "int_subscription_versions",
    "int_usage_record_summaries",
    "subscriptions",
    "uncounted_usage_records",
}


def test_a_night_knows_what_is_compared_with_as_of() -> None:
    assert {path.stem for path in MODELS if "as_of()" in jinja_of(path)} == COMPARED_WITH_AS_OF
