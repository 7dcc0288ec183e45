"""What `/metrics` shows, for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import Counter, Gauge, Histogram, generate_latest

ACTIVITIES = Counter("doorman_activities_total", "Activities received, by kind and what became of them", ["kind", "result"])
TURN_SECONDS = Histogram("doorman_turn_seconds", "Seconds from a proven activity to its answer", ["kind"])
OPERATIONS = Counter("doorman_operations_total", "Operations that ran, by how they ended", ["state"])
LOG_SECONDS = Histogram(
    "doorman_log_post_seconds",
    "Seconds from what happened to its post in the log channel",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60, 300, 1800),
)
LOG_LATE = Gauge(
    "doorman_log_late_seconds", "Seconds that the oldest post had waited when it was last tried; 0 when the log channel has all"
)
READINGS = Counter("doorman_registration_readings_total", "Readings of Entra's registration report, by what became of them", ["result"])
READING_SECONDS = Gauge("doorman_registration_reading_seconds", "Seconds that the last whole reading of the registration report took")
REGISTERED = Gauge("doorman_registered_people", "People in the last whole reading of the registration report")

#: Anybody may ask, and writing it out is work; Prometheus asks every fifteen seconds or so.
REMEMBERED_SECONDS = 1.0
_written: list[tuple[float, bytes]] = []


def exposed() -> bytes:
    """The page, at most a second old."""
    if not _written or time.monotonic() - _written[-1][0] >= REMEMBERED_SECONDS:
        _written[:] = [(time.monotonic(), generate_latest())]
    return _written[-1][1]
