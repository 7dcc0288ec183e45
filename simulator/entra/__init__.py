"""A Microsoft Entra tenant over HTTP: the login host and Microsoft Graph v1.0, as strict as the service where it is documented.

entra = Entra()
await entra.start()
entra.faults.add(Fault(effect="throttle", path="phoneMethods", method="POST", retry_after=1, times=2))
...
await entra.stop()
"""

from simulator.entra.faults import Fault
from simulator.entra.message import RecordedRequest, Write
from simulator.entra.quotas import Quotas
from simulator.entra.service import Entra
from simulator.entra.state import PhoneState
from simulator.entra.tokens import InvalidToken

__all__ = ["Entra", "Fault", "InvalidToken", "PhoneState", "Quotas", "RecordedRequest", "Write"]
