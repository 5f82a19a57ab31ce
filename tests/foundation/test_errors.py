"""Errors carry what to do next, and survive the way back from another process."""

from __future__ import annotations

import pickle

from foundation.errors import NotAHomeError, RunError, UsageError


def test_an_error_names_the_next_command():
    error = UsageError("There is no file x.", next_command="meterhouse land STREAM FILE")
    assert str(error) == "There is no file x. Next: meterhouse land STREAM FILE"
    assert str(RunError("It failed.")) == "It failed."


def test_exit_codes_tell_wrong_usage_from_a_failed_run():
    assert (NotAHomeError("x").exit_code, RunError("x").exit_code) == (2, 3)


def test_an_error_survives_pickling():
    error = pickle.loads(pickle.dumps(NotAHomeError("no", next_command="yes")))
    assert (type(error), error.message, error.next_command) == (NotAHomeError, "no", "yes")
