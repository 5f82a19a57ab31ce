"""What every test can ask for: a clean environment, the command line, the sample as built."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from foundation import project_dir
from meterhouse.cli import main

_OURS = ("METERHOUSE_", "DBT_")

# These take a minute or more: whoever began one last would keep the other workers waiting.
_LONG = (
    "tests/meterhouse/test_readme.py",
    "tests/properties/test_nights.py",
    "tests/properties/test_billing_nights.py",
    "tests/meterhouse/test_nightly_faults.py",
    "tests/meterhouse/test_packaging.py",
    "tests/meterhouse/test_build.py",
    "tests/properties/",
    "tests/previews/test_previews_come_true.py",
    "tests/models/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long modules."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next(
        (place for place, long in enumerate(_LONG) if item.nodeid.startswith(long)), len(_LONG)
    )


@pytest.fixture(autouse=True, scope="session")
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """No setting of whoever runs the tests reaches them; output is 100 columns, no colour."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith(_OURS):
                environment.delenv(name)
        environment.setenv("COLUMNS", "100")
        environment.setenv("NO_COLOR", "1")
        environment.setenv("TERM", "dumb")
        # The copies of the project that tests make take what Python compiled with them.
        environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        # A build that gives way to all else would make the tests wait.
        environment.setenv("METERHOUSE_BUILD_NICENESS", "0")
        # The homes of one worker share what dbt parsed: most tests are not about parsing.
        parsed = tmp_path_factory.mktemp("parsed")
        environment.setenv("METERHOUSE_PARSED_FOLDER", str(parsed))
        yield


@dataclass(frozen=True, slots=True)
class Said:
    """How one command line ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str


class CommandLine:
    """Runs `meterhouse` in a process of its own, as a person or cron would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: object, stdin: str | None = None, **environment: str) -> Said:
        """Run `meterhouse <words>` in the test's folder; keyword arguments are its environment."""
        ran = subprocess.run(
            [sys.executable, "-m", "meterhouse", *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(project_dir()), **environment},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """The command line in a process of its own, in an empty folder."""
    return CommandLine(tmp_path)


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """The command line inside this process: quicker, for what does not depend on the process."""
    monkeypatch.chdir(tmp_path)

    def run_inside(*words: object) -> Said:
        capsys.readouterr()
        exit_code = main([str(word) for word in words])
        return Said(exit_code, *capsys.readouterr())

    return run_inside


@contextmanager
def _once(place: Path) -> Generator[None]:
    """Hold what lies at `place` against the other workers of this run."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class Demo:
    """A home with the sample landed, built and published, and what `meterhouse demo` printed."""

    home: Path
    said: Said


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Demo:
    """`meterhouse demo`, run once for all workers. Nobody writes to its home: see `sample_copy`."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home = shared / "sample_home"
    record = shared / "sample_home.json"
    with _once(home):
        if not record.exists():
            said = CommandLine(shared)("demo", "--home", home)
            assert said.exit_code in {0, 1}, said.stdout + said.stderr
            record.write_text(json.dumps(asdict(said)), "utf-8")
    return Demo(home, Said(**json.loads(record.read_text("utf-8"))))


@pytest.fixture(scope="session")
def sample_home(demo: Demo) -> Path:
    """A home with the sample landed, built and published; not to be written to."""
    return demo.home


@pytest.fixture
def sample_copy(sample_home: Path, tmp_path: Path) -> Path:
    """A home like `sample_home` that the test may write to."""
    return copy_of_home(sample_home, tmp_path / "home")


def copy_of_home(home: Path, copy: Path) -> Path:
    """Copy a home, what is never written in place by hard link, and return where the copy is."""
    shutil.copytree(home, copy, symlinks=True, copy_function=_link_or_copy)
    return copy


def _link_or_copy(source: str, target: str) -> None:
    # Parquet and databases are never written in place; everything else may be.
    if source.endswith((".parquet", ".duckdb")):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
