"""The policy file with its hours moved, so that whoever tries Doorman at night sees the rules of the day."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_ZONE = re.compile(r'(?<=zone = ")[^"]+(?=")')
#: From seven to four it is day in the example for some hours yet.
_DAY = range(7, 16)


def by_day(policy: str, now: datetime) -> str:
    """The text of a policy file: as it is where it is day by the zones that it names, otherwise in a zone in which it is noon.

    Args:
        now: in UTC.
    """
    if all(now.astimezone(ZoneInfo(zone)).hour in _DAY for zone in _ZONE.findall(policy)):
        return policy
    east = 12 - now.hour
    return _ZONE.sub(f"Etc/GMT{-east:+d}", policy)  # named the other way round: https://data.iana.org/time-zones/tzdb/etcetera
