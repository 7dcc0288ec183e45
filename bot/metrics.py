"""What `/metrics` shows, for Prometheus."""

from prometheus_client import Counter, Histogram

ACTIVITIES = Counter("doorman_activities_total", "Activities received, by kind and what became of them", ["kind", "result"])
TURN_SECONDS = Histogram("doorman_turn_seconds", "Seconds from a proven activity to its answer", ["kind"])
OPERATIONS = Counter("doorman_operations_total", "Operations that ran, by how they ended", ["state"])
