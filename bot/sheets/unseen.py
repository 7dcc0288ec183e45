"""Which columns decide what a row means, so that one that is hidden is asked about and never dropped."""

from __future__ import annotations

import re

from bot.sheets.columns import TO_CHANGE, meaning

#: They say who it is, in other words than `columns`, and so do names.
_PERSON = re.compile(
    r"samaccountname|principal|display|fullname|firstname|lastname|givenname|surname|naam|^name$|^sn$|employee(?:id|number)|personeelsn"
)
#: They give a number its meaning.
_COUNTRY = re.compile(r"countr|^c$|^co$|^land|^iso|region|regio|usagelocation|nation|prefix|areacode|netnummer|kengetal|^ext|toestel")
#: They hold rows back.
_BRAKE = re.compile(
    r"skip|ignore|exclude|overslaan|process|verwerk|approv|akkoord|goedgekeurd|verif|enabled|disabled|active|actief|status|donot|dont"
    r"|hold|wacht|pending|remark|comment|note|opmerking|notitie|memo|start|effective|ingang|perdatum|^from|^vanaf|until|^tot|valid|geldig"
    r"|expir|verloop|default|standaard|tenant|organi[sz]a|domain|domein"
)


def matters(name: str) -> bool:
    """Whether a column of this name finds the person, gives a number its meaning, says what to do, or may hold rows back."""
    column, letters = meaning(name), re.sub(r"[\W_]", "", name.casefold())
    if column is not None:
        return column not in TO_CHANGE
    return any(kind.search(letters) for kind in (_PERSON, _COUNTRY, _BRAKE))
