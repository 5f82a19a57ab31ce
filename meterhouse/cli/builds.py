"""`meterhouse builds`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, notices, print_json, print_table

if TYPE_CHECKING:
    from meterhouse._publish import Build

__all__ = ["builds"]


def builds(
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the list.")
    ] = OutputFormat.TABLE,
) -> int:
    """List every build that is kept, newest first, and mark the published one."""
    from foundation import Home
    from meterhouse._publish import builds as all_builds
    from meterhouse._publish import current_build

    opened = Home.open(chosen_home(home))
    found = all_builds(opened)
    current = current_build(opened)
    published = current.build_id if current else None
    if output_format is OutputFormat.JSON:
        print_json([_summary(build, published) for build in found])
        return 0
    if not found:
        notices().print(f"No build in {opened.root} yet. Next: meterhouse build", soft_wrap=True)
        return 0
    print_table(
        ("build", "status", "as of", "landed rows", "took"),
        [
            (
                build.build_id,
                "published" if build.build_id == published else build.manifest.status,
                build.manifest.as_of,
                f"{build.manifest.input_rows:,}",
                f"{sum(build.manifest.timings_ms.values()) // 1000} s",
            )
            for build in found
        ],
        right=("landed rows", "took"),
    )
    for build in found:
        if build.manifest.failure:
            reason = f"{build.build_id} failed: {build.manifest.failure.message}"
            notices().print(reason, markup=False, soft_wrap=True)
    return 0


def _summary(build: Build, published: str | None) -> dict[str, Any]:
    manifest = build.manifest
    return {
        "build_id": build.build_id,
        "is_published": build.build_id == published,
        "status": manifest.status,
        "as_of": manifest.as_of,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "previous": manifest.previous,
        "fingerprint": manifest.fingerprint.get("digest"),
        "input_rows": manifest.input_rows,
        "timings_ms": manifest.timings_ms,
        "failure": manifest.failure.message if manifest.failure else None,
        "database": str(build.database),
    }
