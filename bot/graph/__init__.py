"""Microsoft Graph: the only importer of msgraph.

`client.py` sends, `throttle.py` waits its turn, `batch.py` packs several calls into one, `answers.py` and `errors.py` say what came back,
`directory.py` implements `bot.ports.Directory` on them with `finding.py` (whom a text may mean) and `methods.py` (phones and the rest).
"""

from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory

__all__ = ["GraphClient", "GraphDirectory"]
