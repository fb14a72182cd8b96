"""Running a job for a person who watches: a progress bar, then the summary."""

from typing import NoReturn

from bme_med.run import Job

__all__ = ["run_job"]


def run_job(job: Job, doing: str, *, json: bool) -> NoReturn:
    """Run `job`, show that it is `doing` something, print its summary, and exit with the run's code."""
    import typer

    from bme_med.cli.console import print_json
    from bme_med.cli.progress import shown_progress
    from bme_med.cli.summary import print_summary
    from bme_med.run import deidentify

    with shown_progress(doing) as progress:
        summary = deidentify(job, progress)
    if json:
        print_json(summary.to_json())
    else:
        print_summary(summary)
    raise typer.Exit(summary.exit_code)
