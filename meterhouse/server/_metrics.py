"""What a server counts, as Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Place:
    """What is counted of one endpoint."""

    __slots__ = ("buckets", "by_status", "seconds")

    def __init__(self) -> None:
        self.by_status: dict[int, int] = {}
        self.buckets = [0] * (len(_BOUNDS) + 1)
        self.seconds = 0.0


class Metrics:
    """Counts of requests by endpoint and status, and how long they took."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], _Place] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is a template, so that ids never become labels."""
        place = self._places.get((method, route))
        if place is None:
            place = self._places[method, route] = _Place()
        place.by_status[status] = place.by_status.get(status, 0) + 1
        place.buckets[bisect_left(_BOUNDS, seconds)] += 1
        place.seconds += seconds

    def text(self, *, build: str, as_of: int, under_way: int) -> str:
        """Write everything counted so far."""
        lines = [
            "# HELP meterhouse_requests_total Requests answered.",
            "# TYPE meterhouse_requests_total counter",
            *(
                f'meterhouse_requests_total{{{_labels(method, route)},status="{status}"}} {count}'
                for (method, route), place in sorted(self._places.items())
                for status, count in sorted(place.by_status.items())
            ),
            "# HELP meterhouse_request_seconds How long requests took.",
            "# TYPE meterhouse_request_seconds histogram",
        ]
        for (method, route), place in sorted(self._places.items()):
            lines += _histogram(_labels(method, route), place)
        lines += [
            "# HELP meterhouse_requests_under_way Requests being answered.",
            "# TYPE meterhouse_requests_under_way gauge",
            f"meterhouse_requests_under_way {under_way}",
            "# HELP meterhouse_build_info The build that answers.",
            "# TYPE meterhouse_build_info gauge",
            f'meterhouse_build_info{{build="{build}"}} 1',
            "# HELP meterhouse_build_as_of_seconds The instant the build was made for.",
            "# TYPE meterhouse_build_as_of_seconds gauge",
            f"meterhouse_build_as_of_seconds {as_of}",
        ]
        return "\n".join(lines) + "\n"


def _histogram(labels: str, place: _Place) -> list[str]:
    name = "meterhouse_request_seconds"
    lines: list[str] = []
    count = 0
    for bound, held in zip((*map(str, _BOUNDS), "+Inf"), place.buckets, strict=True):
        count += held
        lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {count}')
    lines.append(f"{name}_sum{{{labels}}} {place.seconds:.6f}")
    lines.append(f"{name}_count{{{labels}}} {count}")
    return lines


def _labels(method: str, route: str) -> str:
    return f'method="{method}",route="{route}"'
