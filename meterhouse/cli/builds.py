"""`meterhouse builds`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, notices, print_json, print_table

if TYPE_CHECKING:
    from foundation import Home
    from meterhouse._publish import Build

__all__ = ["builds"]


def builds(
    pin: Annotated[
        str | None,
        typer.Option(help="Keep a build for good under this name, such as 2026-10-close."),
    ] = None,
    unpin: Annotated[
        str | None, typer.Option(help="Let go of that name; the build goes when it is pruned.")
    ] = None,
    build: Annotated[
        str | None,
        typer.Option(help="The build to pin; by default the published one.", metavar="BUILD"),
    ] = None,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the list.")
    ] = OutputFormat.TABLE,
) -> int:
    """List every build that is kept, newest first, and mark the published one.

    With --pin or --unpin, keep a build for good or let it go again; `Warehouse(build=NAME)` and
    --build NAME read it.
    """
    from foundation import Home
    from meterhouse._build_clock import published_or_none
    from meterhouse._publish import builds as all_builds

    opened = Home.open(chosen_home(home))
    if pin is not None or unpin is not None or build is not None:
        return _pin(opened, pin, unpin, build)
    names = _pin_names(opened)
    found = all_builds(opened)
    current = published_or_none(opened)
    published = current.build_id if current else None
    if output_format is OutputFormat.JSON:
        print_json([_summary(each, published, names) for each in found])
        return 0
    if not found:
        notices().print(f"No build in {opened.root} yet. Next: meterhouse build", soft_wrap=True)
        return 0
    print_table(
        ("build", "status", "as of", "landed rows", "took", "pinned as"),
        [
            (
                each.build_id,
                "published" if each.build_id == published else each.manifest.status,
                each.manifest.as_of,
                f"{each.manifest.input_rows:,}",
                f"{sum(each.manifest.timings_ms.values()) // 1000} s",
                ", ".join(names.get(each.build_id, [])),
            )
            for each in found
        ],
        right=("landed rows", "took"),
    )
    for each in found:
        if each.manifest.failure:
            reason = f"{each.build_id} failed: {each.manifest.failure.message}"
            notices().print(reason, markup=False, soft_wrap=True)
    return 0


def _pin_names(home: Home) -> dict[str, list[str]]:

    from meterhouse._pins import pins

    names: dict[str, list[str]] = {}
    for name, build_id in pins(home).items():
        names.setdefault(build_id, []).append(name)
    return names


def _pin(home: Home, pin: str | None, unpin: str | None, build: str | None) -> int:
    from foundation.errors import UsageError
    from meterhouse._build_lock import build_lock
    from meterhouse._pins import pin_build, unpin_build
    from meterhouse._publish import find_build, published_build

    if (pin is None) == (unpin is None) or (build is not None and pin is None):
        raise UsageError(
            "--pin and --unpin exclude each other, and --build goes with --pin.",
            next_command="meterhouse builds --pin 2026-10-close",
        )
    with build_lock(home):
        if unpin is not None:
            typer.echo(f"Unpinned {unpin_build(home, unpin)}.")
        elif pin is not None:
            chosen = find_build(home, build) if build is not None else published_build(home)
            pin_build(home, pin, chosen)
            typer.echo(f"Pinned {chosen.build_id} as {pin}.")
    return 0


def _summary(build: Build, published: str | None, names: dict[str, list[str]]) -> dict[str, Any]:
    manifest = build.manifest
    return {
        "build_id": build.build_id,
        "is_published": build.build_id == published,
        "status": manifest.status,
        "pins": names.get(build.build_id, []),
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
