"""Microsoft Graph: the only importer of msgraph.

`client.py` sends, `throttle.py` waits its turn, `batch.py` packs several calls into one, `answers.py` and `errors.py` say what came back,
`directory.py` implements `bot.ports.Directory` on them with `reader.py` and `dossiers.py`, `finding.py` (whom a text may mean) and
`methods.py` (phones and the rest). `bulk.py` and `together.py` read about many people at once, at the pace of `budget.py`.
"""

from bot.graph.client import GraphClient
from bot.graph.directory import GraphDirectory

__all__ = ["GraphClient", "GraphDirectory"]
