"""Where the dbt project lies: in the checkout, or inside the installed package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from foundation.errors import RunError

__all__ = ["project_dir"]


def project_dir() -> Path:
    """Return the folder that holds dbt_project.yml, models, macros and sample.

    The checkout comes first, so that an editable install builds the models being edited.

    Raises:
        RunError: neither the checkout nor an installed `meterhouse` holds the project.
    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "dbt_project.yml").is_file():
        return checkout
    package = find_spec("meterhouse")
    for location in (package.submodule_search_locations or []) if package else []:
        installed = Path(location) / "_project"
        if (installed / "dbt_project.yml").is_file():
            return installed
    raise RunError(
        f"No dbt project beside {checkout} nor inside the installed package: it is incomplete.",
        next_command="pip install --force-reinstall meterhouse",
    )
