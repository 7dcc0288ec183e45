"""Columns that are not used: whether one looks as if it mattered all the same, by its name and by what stands in it.

What a sender wrote to hold rows back, or to have something else done, must not be dropped unseen. So where it cannot be told, the sender is
asked; what is asked without need costs them one press.
"""

from __future__ import annotations

import re

from bot.domain.countries import COUNTRIES
from bot.domain.file_found import Doubt, Unused
from bot.domain.methods import PhoneType
from bot.domain.phone import mask, mask_text
from bot.sheets.cells import MOST_OF_A_NAME, OBJECT_ID, word_set
from bot.sheets.numbers import parse_or_none
from bot.sheets.values import is_nothing
from bot.sheets.vocabulary import PORTAL_EXPORT, squash, words

_MOST_OF_A_CELL = 500
#: Numbers of a column that are looked up; those after them are told by their looks.
_MOST_LOOKED_UP = 1_000


#: Each of them, anywhere in a name.
_BRAKES = word_set(
    "skip skipped ignore ignored exclude excluded exclusion process processed processing approved approval approve verified "
    "verify validated "
    "confirmed enabled disabled active inactive status hold held pending blocked cancelled canceled exempt optout excl effective "
    "from until "
    "till valid expires expiry expired scope include included selected eligible donot dont not allowed permitted ready checked reviewed "
    "overslaan overgeslagen negeren genegeerd uitsluiten uitgesloten uitzondering verwerken verwerkt goedgekeurd goedkeuring akkoord "
    "geverifieerd gecontroleerd bevestigd ingeschakeld uitgeschakeld actief inactief wachten wacht geblokkeerd geannuleerd niet "
    "geldig vanaf "
    "optin consent agreed signed signoff scheduled planned postponed uitstellen uitgesteld gepland vervallen verlopen "
    "archived gearchiveerd "
    "terminated termination leaver leavers deleted obsolete duplicate exception protected locked disable freeze frozen ready "
    "manual retired "
    "decision outcome result klopt juist toestemming leave vertrokken "
    # in German, French, Spanish, Swedish, Danish, Italian, Portuguese
    "uberspringen ubergehen ignorieren ausschliessen ausgeschlossen bearbeiten bearbeitet genehmigt freigegeben freigabe gesperrt aktiv "
    "inaktiv deaktiviert nicht bestatigt gepruft gultig ungultig wartet warten ausstehend eintrittsdatum austrittsdatum archiviert "
    "ignorer exclure exclu traiter traite approuve valider actif inactif statut suspendu annule attente debut effet bloque verifie "
    "omitir ignorar excluir excluido procesar procesado aprobado aprobada autorizado activo inactivo estado pendiente "
    "bloqueado verificado "
    "hoppa godkand godkant behandlas behandla exkludera inaktivt vantar sparrad verifierad bekraftad udelad godkendt "
    "saltare escludere approvato stato attivo sospeso elaborare aprovado ativo situacao "
    "tot ingangsdatum startdatum einddatum begindatum meenemen meegenomen geselecteerd toegestaan klaar aanhouden"
)
#: These are the whole of a name.
_BRAKES_ALONE = word_set(
    "date datum when wanneer due duedate schedule schedulefor planning wann fecha fechadeinicio cuando quand dateeffet datedeffet "
    "proceed submit execute import sync todo needed required review correct sure match answer numberok rightnumber test "
    "dummy hoppaover "
    "left mag fase phase wave batch valide done "
    "mode do done go run apply change update migrate migration change changes ok yes no yn confirm select keep leave start end stop "
    "per perdatum "
    "startdate enddate begindate validfrom validto validuntil golive golivedate activationdate startdatum einddatum "
    "ingangsdatum livegang "
    "startson endson lastday leavedate terminationdate datefrom dateto datumvan datumtot uitvoeren doen wijzigen bijwerken ja nee janee "
    "migreren behouden laten uitdienst uitdienstdatum laatstewerkdag vanaf tot "
    # what the reader does not carry out
    "defaultmethod defaultmfamethod defaultmfa defaultsigninmethod mfamethod mfamethods mfadefault preferredmethod preferredmfamethod "
    "preferredmfa method methods authenticationmethod authenticationmethods strongauthenticationmethod signinmethod standaardmethode "
    "voorkeursmethode mfamethode methode methoden reset resetmfa requirereregister revoke revokesessions signout block unblock "
    "temporaryaccess delete remove verwijderen blokkeren deblokkeren"
)
_REMARKS = word_set(
    "remark remarks comment comments note notes memo reason instruction instructions info information explanation annotation "
    "bemerkung bemerkungen kommentar kommentare hinweis anmerkung notiz remarque remarques commentaire commentaires "
    "observation observations "
    "observacion observaciones comentario comentarios nota notas anmarkning anmarkningar kommentarer note "
    "opmerking opmerkingen notitie notities toelichting reden instructie instructies informatie bijzonderheden aantekening aantekeningen"
)
#: In a cell of any column.
_HOLDS_BACK = re.compile(
    r"\b(?:do(?:es)?[\s_-]*not|don['’]?t|never|not?\s+(?:to\s+)?(?:be\s+)?(?:us\w*|chang\w*|touch\w*|process\w*|migrat\w*|register\w*|call\w*|"
    r"yet|approved|verified|valid|correct)|wrong|incorrect|invalid|skip(?:ped)?|ignore|exclude[d]?|on\s+hold|hold|pending|cancell?ed|"
    r"unverified|unconfirmed|rejected|denied|"
    r"niet|nooit|verkeerde?|foute?|onjuiste?|ongeldige?|overslaan|negeren|uitsluiten|uitgesloten|wachten|afgewezen|afgekeurd|geannuleerd|"
    r"in\s+afwachting|uit\s+dienst|vervallen|stop|not\s+(?:this|now|him|her|them|ready)|leave\s+(?:alone|as)|keep\s+as|no\s+change|tbd|tbc|"
    r"old\s+number|wait(?:ing)?\s+for|left\s+the|leavers?|"
    r"nicht|falsche?n?|ungültig|gesperrt|ausgeschieden|ne\s+pas|pas\s+(?:utiliser|modifier|valide)|mauvais|erroné|non\s+(?:usare|valido|utiliser)|"
    r"no\s+(?:usar|cambiar|modificar|tocar|válido)|incorrecto|equivocado|pendiente|suspendido|använd\s+inte|inte|felaktigt?|ikke)\b",
    re.IGNORECASE,
)
#: One of them is in whatever holds back: most cells are done with by that.
_FIRST_WORDS = word_set(
    "do does donot don dont never no not wrong incorrect invalid skip skipped ignore exclude excluded hold pending canceled cancelled "
    "unverified unconfirmed rejected denied niet nooit verkeerd verkeerde fout foute onjuist onjuiste ongeldig ongeldige "
    "overslaan negeren "
    "vervallen stop leave keep tbd tbc old wait waiting left leaver leavers nicht falsche falschen falscher falsch ungültig "
    "gesperrt ausgeschieden "
    "ne pas mauvais erroné non incorrecto equivocado pendiente suspendido använd inte felaktig felaktigt ikke "
    "uitsluiten uitgesloten wachten afgewezen afgekeurd geannuleerd afwachting uit"
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # DoNotUse
#: A column of nothing else says of each row whether.
_WHETHER = word_set(
    "yes no y n true false ja nee j ok nok x ✓ ✔ ✗ ✘ ☑ ☐ waar onwaar nein wahr falsch oui non o vrai faux si sí nej sim não "
    "tak nie kyllä ei да нет 是 否"
)
#: Of what directories tell by themselves, whether is nothing odd.
_TOLD_BY_DIRECTORIES = re.compile(r"^(?:is|has|password|directorysync|onpremisessync|mfa|sspr)|licen[sc]ed|capable|registered|synced$")
#: In a remark, besides.
_DOUBTS_IN_A_REMARK = re.compile(
    r"\b(?:not?|old|former|outdated|stop|wait|left|leaver|unknown|check|verify|ask|until|after|before|from|only|instead|changed?|leave|"
    r"geen|nee|oud|oude|voormalige?|vervallen|onbekend|controleren|navragen|nagaan|wacht|tot|vanaf|pas|alleen|gewijzigd|verlof)\b|\?|!",
    re.IGNORECASE,
)
_TENANTS = word_set("tenant tenants tenantid tenantname")
_ORGANISATIONS = word_set(
    "organisation organization organisatie organisations company bedrijf domain domein directory customer klant client environment omgeving"
)
_DOMAIN = re.compile(r"@?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", re.IGNORECASE)
_LIKE_NUMBER = re.compile(r"[+＋(0-9][0-9\s().\-/\u2010-\u2015]{6,30}")
_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[T ].*)?")
#: Numbers that a spreadsheet took the beginning from stand there, unless one of the others says what else.
_NUMBER_WORDS = word_set(
    "number nummer phone tel telephone mobile previous new old current former nieuw nieuwe oud oude vorig vorige huidig huidige "
    "fax emergency "
    "contact home thuis prive private direct second tweede other andere"
)
_OTHER_NUMBERS = word_set(
    "employee personeel badge ticket order room kamer invoice factuur customer klant huis house staff student asset serial case account "
    "cost id pass post zip bsn vat btw kvk iban bank department afdeling job team medewerker"
)
_ANY_NUMBERS = _NUMBER_WORDS | word_set("id nr no ref reference code date datum pager serial badge ticket case zip telefoon mobiel gsm")
#: What stands in columns of departments, languages and states looks like countries, too: HR, IT, CA.
_OF_DEPARTMENTS = word_set(
    "department dept afdeling team unit state province provincie language taal title function functie group groep job id"
)
_COUNTRIES = word_set("uk usa") | {squash(name.removeprefix("the ")) for name in COUNTRIES.values()} | {squash(code) for code in COUNTRIES}
_CALLING_CODE = re.compile(r"(?:\+|00)[1-9][0-9]{0,2}")
_YES = word_set("true yes 1 ja waar enabled")


def is_brake(name: str) -> bool:
    """Whether a column's name looks as if it held rows back, or as if it asked for what is not done here."""
    squashed, said = squash(name), words(name)
    if squashed in _BRAKES_ALONE or squashed in _BRAKES:
        return True
    if any(word in _BRAKES for word in said) or squashed.startswith(("donot", "niet", "skip")):
        return True
    return ("date" in said or "datum" in said) and bool({"start", "end", "begin", "eind", "per", "live", "effective"} & set(said))


def may_be_asked_about(name: str) -> bool:
    """Whether what stands in a column of this name may raise a doubt, so that it is not left out unseen."""
    return is_brake(name) or bool(set(words(name)) & (_REMARKS | _TENANTS | _ORGANISATIONS))


def reads_as_number(cell: str, region: str, *, whole: bool = False) -> bool:
    """Whether a cell is a telephone number and nothing else: it exists, and begins as people write one.

    Args:
        whole: one of digits alone counts as well, such as a spreadsheet leaves of `+31 …`.
    """
    if not _LIKE_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell) or sum(map(str.isdigit, cell)) < 7:
        return False
    begins = cell.startswith(("+", "＋", "0", "(")) or (not cell.isdigit() and sum(map(str.isdigit, cell)) >= 9)
    if begins and parse_or_none(cell, PhoneType.OFFICE, region) is not None:
        return True
    if not whole or not cell.isdigit() or len(cell) < 8:
        return False
    return any(parse_or_none(each, PhoneType.OFFICE, region) is not None for each in ("+" + cell, *(("0" + cell, cell) if region else ())))


def holds_back(text: str) -> bool:
    """Whether it says of somebody or something that it is not to be changed or used."""
    apart = text if " " in text else _CAMEL.sub(" ", text)
    said = apart.casefold().replace("_", " ")
    return not _FIRST_WORDS.isdisjoint(_WORD.findall(said)) and bool(_HOLDS_BACK.search(said))


def is_country(cell: str) -> bool:
    """Whether a cell is a country, by its code or its English name, or a calling code with its plus sign; others are not looked for."""
    return squash(cell) in _COUNTRIES or _CALLING_CODE.fullmatch(cell) is not None


def may_have_numbers(name: str) -> bool:
    """Whether numbers, of telephones too, are nothing odd in a column of this name."""
    return bool(_ANY_NUMBERS & set(words(name))) or squash(name).endswith(("number", "nummer", "code", "date", "datum"))


class Watch:
    """Looks at the cells of one column that is not used, and keeps none but the first example of each doubt.

    Args:
        name: in the header; empty when it has none.
        letter: how spreadsheets call the column.
    """

    def __init__(self, name: str, letter: str) -> None:
        self._name, self._letter = name, letter
        said, squashed = set(words(name)), squash(name)
        self._remarks = bool(said & _REMARKS)
        self._account_enabled = squashed == "accountenabled"
        self._brake = is_brake(name)
        self._tenant = squashed in _TENANTS or bool(said & _TENANTS)
        self._organisation = self._tenant or bool(said & _ORGANISATIONS)
        self._whole = not name or (bool(said & _NUMBER_WORDS) and not said & _OTHER_NUMBERS)
        self._whether = squashed not in PORTAL_EXPORT and not _TOLD_BY_DIRECTORIES.search(squashed)
        self._countries = not said & _OF_DEPARTMENTS
        self._cells = self._numbers = self._looked_up = 0
        self._examples: dict[Doubt, str] = {}

    def inspect(self, cell: str, region: str) -> None:
        """A cell; `region` is that of its row's numbers."""
        if not cell or is_nothing(cell):
            return
        cell = cell[:_MOST_OF_A_CELL]
        self._cells += 1
        self._whether = self._whether and cell.casefold() in _WHETHER
        self._countries = self._countries and is_country(cell)
        if self._countries and cell.upper() != region:
            self._examples.setdefault(Doubt.COUNTRIES, cell)
        if Doubt.BRAKE not in self._examples and self._holds_back(cell):
            self._examples[Doubt.BRAKE] = cell
        if Doubt.TENANT not in self._examples and self._names_a_tenant(cell):
            self._examples[Doubt.TENANT] = cell
        if _LIKE_NUMBER.fullmatch(cell) and self._is_number(cell, region):
            self._numbers += 1
            self._examples.setdefault(Doubt.NUMBERS, cell)

    def _holds_back(self, cell: str) -> bool:
        if self._account_enabled:  # Microsoft's own: that an account is disabled is looked up and told anyway
            return cell.casefold() not in _YES
        if self._brake or (self._remarks and _DOUBTS_IN_A_REMARK.search(cell)):
            return True
        return holds_back(cell)

    def _names_a_tenant(self, cell: str) -> bool:
        return self._tenant or (self._organisation and bool(_DOMAIN.fullmatch(cell) or OBJECT_ID.fullmatch(cell)))

    def _is_number(self, cell: str, region: str) -> bool:
        if self._looked_up >= _MOST_LOOKED_UP:
            return self._numbers * 2 >= self._looked_up  # as most of them were
        self._looked_up += 1
        return reads_as_number(cell, region, whole=self._whole)

    def told(self, *, national: bool) -> Unused | None:
        """What is told of the column; None of one without name and content.

        Args:
            national: some numbers of the file say nothing of their country, and no column does: one of countries may.
        """
        if self._whether and self._cells:
            self._examples.setdefault(Doubt.BRAKE, "")
        if not (national and self._countries):
            self._examples.pop(Doubt.COUNTRIES, None)
        if not self._name and not self._cells:
            return None
        name = mask_text(self._name)[:MOST_OF_A_NAME]
        place = "" if name else self._letter
        for doubt in (Doubt.BRAKE, Doubt.TENANT, Doubt.COUNTRIES, Doubt.NUMBERS):
            if doubt in self._examples and (doubt is not Doubt.NUMBERS or self._numbers * 2 >= self._cells):
                example = self._examples[doubt]
                masked = (mask(example) if doubt is Doubt.NUMBERS else mask_text(example))[:MOST_OF_A_NAME]
                return Unused(name, doubt, masked, place)
        return Unused(name, place=place)


def letter(place: int) -> str:
    """How spreadsheets call a column: A for 0, AA for 26."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
