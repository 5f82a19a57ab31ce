"""A fail point kills at the place and the time it names, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from foundation import FAIL_POINT_VARIABLE, fail_point, project_dir

_PROGRAM = "from foundation import fail_point\nfor n in range(3):\n    fail_point('here'); print(n)"


def _run(value: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, FAIL_POINT_VARIABLE: value, "PYTHONPATH": str(project_dir())}
    command = [sys.executable, "-u", "-c", _PROGRAM]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_fail_point_kills_where_it_is_named():
    died = _run("here")
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, "")


def test_a_fail_point_can_wait_for_a_later_pass():
    died = _run("here:3")
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, "0\n1\n")


def test_a_fail_point_of_another_name_does_nothing():
    assert _run("there").returncode == 0
    fail_point("anything")
