"""Time zones as somebody names them: in a setting, in a policy, in what a client says of itself."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def zone_called(name: object) -> ZoneInfo | None:
    """The zone of an IANA name, such as `Europe/Amsterdam`; None where there is no such zone."""
    try:
        return ZoneInfo(name) if name and isinstance(name, str) else None
    except (KeyError, ValueError, OSError):  # unknown, a path, or no file
        return None
