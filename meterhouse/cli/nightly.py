"""`meterhouse nightly`."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, notices

if TYPE_CHECKING:
    from meterhouse._nightly_summary import RunSummary

__all__ = ["nightly"]


def nightly(
    as_of: Annotated[
        str | None,
        typer.Option(help="What the build takes for now: ISO 8601 or Unix seconds. Default: now."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Build from everything; add to nothing.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Complete builds to keep; else METERHOUSE_KEEP, else 7."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would do; change nothing.")
    ] = False,
    every: Annotated[
        str | None, typer.Option(help="Keep going: run again this often, such as 60s or 5m.")
    ] = None,
    on_finish: Annotated[
        str | None,
        typer.Option(help="A shell command that gets each run's JSON summary on its input."),
    ] = None,
    without_corrupt: Annotated[
        bool,
        typer.Option(
            "--without-corrupt", help="Publish also where damaged files of the lake are left out."
        ),
    ] = False,
    remove_landed: Annotated[
        bool,
        typer.Option("--remove-landed", help="Delete files that landed instead of moving them."),
    ] = False,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print what a run did.")
    ] = OutputFormat.TABLE,
) -> int:
    """Land what waits in the inbox, build what is new, prove it, publish it, and tidy up.

    The one command for cron. Nothing happens where nothing is new. Readers see the build before it
    until the last step. The exit code is 1 where rows were rejected or a file could not be read,
    and 3 where the run failed and nothing was published.
    """
    from foundation import Settings
    from foundation.errors import MeterhouseError
    from meterhouse._build import BuildOrder
    from meterhouse._instants import parse_instant
    from meterhouse._nightly import (
        NightlyOrder,
        home_with_inbox,
        planned_home,
        run_nightly,
    )
    from meterhouse._nightly_plan import plan_nightly
    from meterhouse._nightly_schedule import call_on_finish, keep_running, parse_interval
    from meterhouse.cli._progress import build_progress

    # Before anything lands: what is wrong with a setting is wrong with no file.
    settings = Settings()
    interval = None if every is None else parse_interval(every, option="--every")
    order = NightlyOrder(
        build=BuildOrder(
            as_of=None if as_of is None else parse_instant(as_of, option="--as-of"),
            is_full=full,
            without_corrupt=without_corrupt,
        ),
        keep=keep or settings.keep,
        remove_landed=remove_landed,
    )
    chosen = chosen_home(home)
    if dry_run:
        plan = plan_nightly(planned_home(chosen), order)
        _show(plan, output_format)
        return plan.exit_code

    def run() -> int:
        with build_progress() as on_progress:
            shown = replace(order, build=replace(order.build, on_progress=on_progress))
            summary = run_nightly(home_with_inbox(chosen), shown)
        _show(summary, output_format)
        trouble = None if on_finish is None else call_on_finish(on_finish, summary)
        if trouble is not None:
            _say(trouble)
        return summary.exit_code

    def run_and_go_on() -> None:
        try:
            run()
        except (MeterhouseError, OSError) as error:
            _say(str(error))

    if interval is not None:
        keep_running(run_and_go_on, interval)
        return 0
    # As from a keyboard: dbt ends with the run, and nothing is published.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return run()


def _say(message: str) -> None:
    notices().print(f"meterhouse: {message}", markup=False, soft_wrap=True)


def _show(summary: RunSummary, output_format: OutputFormat) -> None:
    if output_format is OutputFormat.JSON:
        typer.echo(summary.line())
        return
    for line in summary.plan:
        typer.echo(line)
    if summary.failure is not None:
        next_command = summary.failure.next_command
        following = f" Next: {next_command}" if next_command else ""
        _say(f"{summary.failure.message}{following}")
    elif summary.outcome == "nothing_new":
        typer.echo("Nothing is new; the published build stands.")
    elif summary.build is not None:
        manifest = summary.build.manifest
        how = f"added to {manifest.seed}" if manifest.seed else "made from everything"
        typer.echo(
            f"Published {manifest.build_id} as of {manifest.as_of}, {how}: "
            f"{manifest.input_rows:,} landed rows, {len(manifest.row_counts)} relations.\n"
            f"{summary.build.database}"
        )
