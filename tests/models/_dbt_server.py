"""A dbt that has read the project and waits: each run is a fork of it, so a process of its own.

To start, dbt needs seconds, and as many again to read what it parsed: more than most runs of a few
models over a few rows. Here that is done once. A request is a line of JSON on standard input, and
its answer one on standard output: the exit code. What dbt says goes into two files. It ends
where its input does.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import template_cache

Request = dict[str, Any]
_parsed: dict[str, Manifest] = {}


def parsed(request: Request) -> Manifest:
    """The project as parsed with the variables of a request."""
    variables = request["variables"]
    if variables not in _parsed:
        ran = dbtRunner().invoke(["--quiet", "parse", *_words(request)])
        if ran.exception is not None:
            raise ran.exception
        assert isinstance(ran.result, Manifest)
        for macro in ran.result.macros.values():
            template_cache.get_node_template(macro)
        _parsed[variables] = ran.result
        # What is there already is nobody's garbage: a fork need not look at it again.
        gc.collect()
        gc.freeze()
    return _parsed[variables]


def run(request: Request) -> int:
    """Run dbt as the request says; return what its command line would exit with."""
    ran = dbtRunner(manifest=parsed(request)).invoke([*request["arguments"], *_words(request)])
    if ran.exception is not None:
        print(repr(ran.exception))
    return 0 if ran.success else 1


def _words(request: Request) -> list[str]:
    project = request["project"]
    return [
        *("--project-dir", project, "--profiles-dir", project),
        *(["--vars", request["variables"]] if request["variables"] else []),
    ]


def _become(request: Request) -> None:
    """Take on the folder, the environment and the files for the output that a request names."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    for descriptor, name in ((1, "said"), (2, "complained")):
        file = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, descriptor)
        os.close(file)


def main() -> int:
    """Answer requests, one after the other."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        _become(request)
        code = 1
        try:
            parsed(request)
        except Exception as error:
            Path(request["said"]).write_text(repr(error), "utf-8")
        else:
            child = os.fork()
            if child == 0:
                answers.close()
                return run(request)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
