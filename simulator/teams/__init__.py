"""Microsoft Teams and the Bot Connector service, simulated on loopback."""

from simulator.teams.faults import Fault, Faults
from simulator.teams.identity import mri
from simulator.teams.rules import Answer
from simulator.teams.service import Teams
from simulator.teams.threads import Event, Message, Sent
from simulator.teams.tokens import new_key

__all__ = ["Answer", "Event", "Fault", "Faults", "Message", "Sent", "Teams", "mri", "new_key"]
