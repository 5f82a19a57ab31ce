"""What a server counts, as Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counts of requests by endpoint and status, and how long they took."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[tuple[str, str], list[int]] = {}
        self._seconds: Counter[tuple[str, str]] = Counter()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is a template, so that ids never become labels."""
        self._requests[method, route, status] += 1
        place = (method, route)
        buckets = self._buckets.setdefault(place, [0] * (len(_BOUNDS) + 1))
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[place] += seconds  # pyright: ignore[reportArgumentType]

    def text(self, *, build: str, as_of: int, under_way: int) -> str:
        """Write everything counted so far."""
        lines = [
            "# HELP meterhouse_requests_total Requests answered.",
            "# TYPE meterhouse_requests_total counter",
            *(
                f'meterhouse_requests_total{{{_labels(method, route)},status="{status}"}} {count}'
                for (method, route, status), count in sorted(self._requests.items())
            ),
            "# HELP meterhouse_request_seconds How long requests took.",
            "# TYPE meterhouse_request_seconds histogram",
        ]
        for place in sorted(self._buckets):
            lines += self._histogram(place)
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

    def _histogram(self, place: tuple[str, str]) -> list[str]:
        name, labels = "meterhouse_request_seconds", _labels(*place)
        lines: list[str] = []
        count = 0
        for bound, held in zip((*map(str, _BOUNDS), "+Inf"), self._buckets[place], strict=True):
            count += held
            lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {count}')
        lines.append(f"{name}_sum{{{labels}}} {self._seconds[place]:.6f}")
        lines.append(f"{name}_count{{{labels}}} {count}")
        return lines


def _labels(method: str, route: str) -> str:
    return f'method="{method}",route="{route}"'
