"""What is handed out: the wheel, the locks, and what an installed copy can do on its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from foundation import project_dir

PROJECT = project_dir()
LOCKS = sorted((PROJECT / "requirements").glob("*.lock"))


def ran(*words: object, cwd: Path) -> str:
    """Run a command with no trace of this checkout around it; return what it printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"}
    }
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        # What is installed here is used once: Python compiles what it imports, no more.
        env={**environment, "PIP_COMPILE": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the locked backend, as `pip wheel` would."""
    folder = tmp_path_factory.mktemp("wheel")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the locked core and the wheel, and nothing else."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    python = venv / "bin" / "python"
    core = PROJECT / "requirements" / "core.lock"
    uv = shutil.which("uv")
    if uv:
        ran(uv, "venv", "--quiet", "--python", sys.executable, venv, cwd=PROJECT)
        install: list[object] = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        ran(sys.executable, "-m", "venv", venv, cwd=PROJECT)
        install = [python, "-m", "pip", "install", "--quiet"]
    ran(*install, "--require-hashes", "-r", core, cwd=PROJECT)
    ran(*install, "--no-deps", wheel, cwd=PROJECT)
    return python


def test_the_wheel_carries_the_project_and_no_tests_or_notes(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    carried = {name.removeprefix("meterhouse/_project/") for name in names if "_project/" in name}
    wanted = {
        path.relative_to(PROJECT).as_posix()
        for folder in ("models", "macros", "tests/dbt", "sample")
        for path in (PROJECT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert carried == wanted | {"dbt_project.yml", "profiles.yml"}
    tops = {name.split("/")[0] for name in names}
    version = next(top for top in tops if top.endswith(".dist-info"))
    assert tops == {"foundation", "ingest", "queries", "meterhouse", version}
    assert {f"{package}/py.typed" for package in tops - {version}} <= names


def test_an_installed_wheel_shows_the_demo_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    printed = ran(installed.with_name("meterhouse"), "demo", cwd=tmp_path)

    assert "Borealis Mail" in printed
    assert "$134.74" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert (tmp_path / "data" / "current" / "warehouse.duckdb").is_file()
    where = ran(installed, "-c", "import foundation; print(foundation.project_dir())", cwd=tmp_path)
    assert where.rstrip().endswith("site-packages/meterhouse/_project")


def test_every_module_imports_with_the_core_alone(installed: Path, tmp_path: Path) -> None:
    code = """
import importlib, pkgutil, foundation, ingest, queries, meterhouse
for package in (foundation, ingest, queries, meterhouse):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith("meterhouse.server"):
            importlib.import_module(module.name)
"""
    ran(installed, "-W", "error::ImportWarning", "-c", code, cwd=tmp_path)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_pins_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert not re.search(r"https?:|file:|@ |^-|^\s*--(?!hash)|/(?:root|home|work|opt)/", text, re.M)
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert len(entries) > 3
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(?:\[[\w,-]+\])?==\S+", entry), entry
        assert entry.count("--hash=sha256:") >= 1, entry


def test_the_core_is_the_same_in_both_sets() -> None:
    pins = {
        lock.stem: set(re.findall(r"^([\w.\[\]-]+==\S+)", lock.read_text("utf-8"), re.M))
        for lock in LOCKS
    }
    assert pins["core"] <= pins["dev"]
    assert any(pin.startswith("stripe==11.6.") for pin in pins["dev"])
    assert not any(pin.startswith("stripe==11.") for pin in pins["stripe-newest"])
    assert any(pin.startswith("duckdb==2.0.") for pin in pins["core"])
    assert any(pin.startswith("duckdb==1.5.") for pin in pins["duckdb-1.5"])
