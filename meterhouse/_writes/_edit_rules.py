"""Whether a draft's lines may be edited as asked: the rules of Stripe's pages.

Each check gives the line's parameters as they are to land.
"""

from __future__ import annotations

from typing import Final

from foundation import decode_json
from meterhouse._writes._edit_charge_rules import check_taxes, discounts_to_land
from meterhouse._writes._edit_parameters import MOST_LINES, MOST_METADATA_KEYS
from meterhouse._writes._edit_price_rules import PRICED_BY, check_new_quantity, check_pricing
from meterhouse._writes._edited_draft import EditedDraft, Row
from queries import InvalidRequestError, no_such

_OF_SUBSCRIPTION_LINES: Final = frozenset(
    {"id", "discounts", "metadata", "tax_amounts", "tax_rates"}
)


def check_new_line(draft: EditedDraft, line: Row, path: str) -> Row:
    """Check one line of ``add_lines``."""
    check_pricing(draft, line, path)
    if not any(name in line for name in PRICED_BY):
        raise InvalidRequestError(
            f"You must pass one of {', '.join(PRICED_BY)} for {path}.",
            param=path,
            code="parameter_missing",
        )
    return _with_charges(draft, None, line, path)


def check_changed_line(draft: EditedDraft, line: Row, path: str) -> Row:
    """Check one line of ``update_lines``."""
    held = _held(draft, line, path)
    if held["type"] == "subscription":
        for name in line:
            if name not in _OF_SUBSCRIPTION_LINES:
                allowed = ", ".join(sorted(_OF_SUBSCRIPTION_LINES - {"id"}))
                raise InvalidRequestError(
                    f"{name} cannot be changed on {line['id']}: it is a line of a subscription, of "
                    f"which only {allowed} can be edited.",
                    param=f"{path}[{name}]",
                )
    if held["proration"] and line.get("discountable"):
        raise InvalidRequestError(
            "discountable cannot be true on a proration.", param=f"{path}[discountable]"
        )
    check_pricing(draft, line, path)
    check_new_quantity(held, line, path)
    if held["type"] != "subscription":
        check_metadata_count(held["metadata_json"], line.get("metadata"), f"{path}[metadata]")
    return _with_charges(draft, held, line, path)


def check_removed_line(draft: EditedDraft, line: Row, path: str) -> Row:
    """Check one line of ``remove_lines``."""
    held = _held(draft, line, path)
    if held["type"] == "subscription":
        raise InvalidRequestError(
            f"{line['id']} is a line of a subscription and cannot be removed from the invoice; "
            "remove the subscription's item instead.",
            param=f"{path}[id]",
        )
    return line


def check_line_count(draft: EditedDraft, added: int) -> None:
    """Refuse more lines than one invoice may have."""
    count = draft.row["line_count"]
    if count + added > MOST_LINES:
        raise InvalidRequestError(
            f"An invoice can have at most {MOST_LINES} lines: this one has {count} and {added} "
            "would be added.",
            param="lines",
        )


def check_metadata_count(
    held_json: str | None, metadata: dict[str, str] | str | None, param: str
) -> None:
    """Refuse more keys than metadata may have after it is merged into what there is."""
    if not metadata or isinstance(metadata, str):
        return
    held: dict[str, str] = decode_json(held_json or "{}")
    after = {key for key, value in {**held, **metadata}.items() if value}
    if len(after) > MOST_METADATA_KEYS:
        raise InvalidRequestError(
            f"You can have at most {MOST_METADATA_KEYS} keys in {param}; there would be "
            f"{len(after)}. Unset some with an empty value.",
            param=param,
        )


def _held(draft: EditedDraft, line: Row, path: str) -> Row:
    held = draft.lines.get(line["id"])
    if held is None:
        raise no_such("line_item", line["id"], param=f"{path}[id]", http_status=400)
    return held


def _with_charges(draft: EditedDraft, held: Row | None, line: Row, path: str) -> Row:
    check_taxes(draft, line, path)
    discounts = discounts_to_land(draft, held, line, path)
    return line if discounts is None else {**line, "discounts": discounts}
