"""Named places where a test may kill the process, to prove that being killed there is harmless.

Set METERHOUSE_FAIL_POINT to a name and the process ends by SIGKILL, with no clean-up of any kind,
the first time it comes by; `name:3` waits for the third time. Unset, as it always is outside tests,
a fail point costs one look-up.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Final

__all__ = ["FAIL_POINT_VARIABLE", "fail_point"]

FAIL_POINT_VARIABLE: Final = "METERHOUSE_FAIL_POINT"

_passed: Counter[str] = Counter()


def fail_point(name: str) -> None:
    """Die here by SIGKILL if METERHOUSE_FAIL_POINT names this place."""
    wanted = os.environ.get(FAIL_POINT_VARIABLE)
    if not wanted:
        return
    place, _, occurrence = wanted.partition(":")
    if place != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(occurrence or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
