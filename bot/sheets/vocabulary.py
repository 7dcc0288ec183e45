"""What people write above columns, in English and Dutch: without blanks, marks and accents, in small letters (`squash`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from bot.sheets.cells import word_set


class Column(StrEnum):
    """What a column is about."""

    USER = "user"
    MOBILE = "mobile"
    ALTERNATE = "alternate mobile"
    OFFICE = "office"
    SMS = "sms sign-in"
    ACTION = "action"
    FORCED_UPDATE = "ForcedUpdate"
    FORCED_REMOVAL = "ForcedRemoval"


PHONES = (Column.MOBILE, Column.ALTERNATE, Column.OFFICE)

#: A name of one column never means another.
NAMES: Mapping[Column, str] = {
    Column.USER: "user upn userprincipalname userprincipal principalname username userid useremail useremailaddress login loginname "
    "signinname logonname account accountname mail email emailaddress mailaddress primarysmtpaddress "
    "workemail emailwork businessemail companyemail corporateemail employeeemail primaryemail werkemail "
    "objectid userobjectid id entraid azureadid oid "
    "person who employee gebruiker gebruikersnaam gebruikersid medewerker emailadres mailadres wie persoon aanmeldnaam inlognaam",
    Column.MOBILE: "mobile mobilephone mobilenumber mobilephonenumber mobileno mobilenr phone phonenumber cell cellphone cellphonenumber "
    "cellnumber primarymobile primaryphone primaryphonenumber authenticationphone mfaphone mfamobile mobiel mobielnummer mobielenummer "
    "mobieletelefoon mobielnr mobieltelefoonnummer mobieletelefoonnummer 06nummer "
    "gsm gsmnummer telefoonmobiel newmobile nieuwmobiel",
    Column.ALTERNATE: "alternatemobile alternativemobile alternatemobilephone alternatemobilenumber alternatephone alternativephone "
    "alternatephonenumber alternateauthenticationphone altmobile altphone secondmobile secondarymobile mobile2 secondphone alternate "
    "backupphone backupphonenumber "
    "alternatiefmobiel alternatievemobiel alternatiefmobielnummer alternatief tweedemobiel mobiel2 alternatievetelefoon "
    "alternatievemobieletelefoon alternatiefmobieltelefoonnummer alternatieftelefoonnummer tweedemobielnummer tweedemobieletelefoon "
    "tweedetelefoon",
    Column.OFFICE: "office officephone officenumber officephonenumber businessphone businessphones businessphonenumber workphone "
    "worknumber workphonenumber landline deskphone kantoor kantoortelefoon kantoornummer werktelefoon werknummer "
    "vastetelefoon vastnummer "
    "vast "
    "telefoonkantoor telefoonwerk zakelijketelefoon",
    Column.SMS: "sms smssignin smssigninenabled smslogin smslogon signinwithsms textsignin smsaanmelden aanmeldenmetsms smsaanmelding",
    Column.ACTION: "action mode operation verb whattodo actie handeling bewerking",
    Column.FORCED_UPDATE: "forcedupdate forceupdate",
    Column.FORCED_REMOVAL: "forcedremoval forceremoval forcedremove",
}
COLUMNS = {name: column for column, names in NAMES.items() for name in names.split()}


class Person(StrEnum):
    """How a column names the person, the surest first."""

    OBJECT_ID = "object id"
    UPN = "upn"
    MAIL = "mail"
    ACCOUNT = "account"
    ANY = "any"


_PERSONS: Mapping[Person, frozenset[str]] = {
    Person.OBJECT_ID: word_set("objectid userobjectid id entraid azureadid oid userid gebruikersid"),
    Person.UPN: word_set("upn userprincipalname userprincipal principalname"),
    Person.MAIL: word_set(
        "mail email emailaddress mailaddress primarysmtpaddress emailadres mailadres useremail useremailaddress workemail emailwork "
        "businessemail companyemail corporateemail employeeemail primaryemail werkemail"
    ),
    Person.ACCOUNT: word_set(
        "username login loginname signinname logonname account accountname gebruikersnaam aanmeldnaam inlognaam "
        "samaccountname sam samaccount onpremisessamaccountname"
    ),
}
#: They name an account inside a domain, which does not find anybody in Entra ID: only beside a column that does.
ACCOUNTS_ONLY = word_set("samaccountname sam samaccount onpremisessamaccountname")


def person(squashed: str) -> Person:
    """How a column of a person names them."""
    return next((kind for kind, names in _PERSONS.items() if squashed in names), Person.ANY)


#: What a row calls the person: all of it, or parts of it in their order.
FULL_NAMES = word_set(
    "displayname name fullname volledigenaam naam weergavenaam employeename personname naammedewerker userdisplayname userfullname "
    "primaryuserdisplayname employeefullname legalname preferredname knownas contactname worker workername staffmember "
    "staffname colleague "
    "collega cn commonname naamgebruiker voorenachternaam firstlastname firstandlastname "
    "anzeigename vollstandigername namedesmitarbeiters mitarbeiter mitarbeitername nomcomplet nomdutilisateur nomaffiche nometprenom "
    "nombrecompleto nombreyapellidos nombreparamostrar namn fullstandigtnamn visningsnamn medarbetare navn nome nomecompleto 姓名 名前 氏名"
)
NAME_PARTS: tuple[frozenset[str], ...] = (
    word_set("firstname givenname givennames forename first voornaam voornamen roepnaam vorname prenom nombre fornamn fornavn"),
    word_set("middlename tussenvoegsel tussenvoegsels"),
    word_set(
        "lastname surname familyname last sn achternaam familienaam nachname familienname nom nomdefamille apellido apellidos efternamn "
        "efternavn etternavn cognome"
    ),
)

#: The country of the numbers in a row.
COUNTRY = word_set(
    "country countryname countryorregion countryregion countryiso countryisocode isocountry isocountrycode iso iso2 iso3 "
    "isocode isoalpha2 "
    "isoalpha3 usagelocation usageregion c co nation land landnaam natie gebruikslocatie mobilecountry phonecountry countryofresidence "
    "workcountry homecountry landmobiel werkland woonland landofregio landregio countrylettercode countrykey numbercountry "
    "pays pais paese kraj maa orszag страна 国 国家 国名"
)
#: A state or a part of a company stands there as well: it counts where no other column says the country.
COUNTRY_OR_AREA = word_set("region regio staat")
#: Of a name that is none of these: one of them says it is the country of something.
_COUNTRY_WORDS = word_set("country land pays pais paese")
_NO_COUNTRY_OF_THEIRS = word_set("manager lead head birth origin citizenship geboorte herkomst of line telefon telefoon phone")
#: Countries stand there, or the calling codes of numbers.
COUNTRY_CODE = word_set(
    "countrycode landcode landencode countrycodes landercode laendercode landerkennzeichen landervorwahl landesvorwahl "
    "landeskennzahl codepays "
    "indicatifpays codigopais codigodepais prefijopais landskod landkod internationalcode intlcode internationalphonecode "
    "internationaldialingcode internationaldiallingcode countrydialingprefix countrydiallingprefix countryprefix"
)
#: What makes of the name of a phone's column the name of the column for its calling code, or its extension.
CODE_OF_PHONE = ("countrycallingcode", "countrycode", "callingcode", "dialingcode", "diallingcode", "dialcode", "landcode", "landnummer")
EXTENSION_OF_PHONE = ("extension", "toestelnummer", "toestel", "ext")
#: Of the pairs that the export of an MFA Server has: Primary Country Code, Primary Phone, Primary Extension.
PHONE_SHORT = {"primary": Column.MOBILE, "backup": Column.ALTERNATE, "phone": Column.MOBILE}

#: In files with a row for each phone: which phone it is, and its number.
PHONE_TYPE = word_set(
    "phonetype typeofphone telephonetype numbertype phonenumbertype soorttelefoon telefoontype telefoonsoort typetelefoon"
)
#: They do so only beside a number that does not say it itself.
ANY_TYPE = word_set("type soort")
_PHONE_TYPES = {
    **{name: column for name, column in COLUMNS.items() if column in PHONES},
    **dict.fromkeys(("primary", "primair", "authenticationmobile", "mobielenr"), Column.MOBILE),
    **dict.fromkeys(("backup", "alternative", "alternatenumber", "secondary", "tweede", "reserve"), Column.ALTERNATE),
    **dict.fromkeys(("work", "business", "werk", "zakelijk", "fixed", "desk"), Column.OFFICE),
}
#: `Phone` beside `Office` may be any of them.
PHONE_TYPES: Mapping[str, Column] = {name: column for name, column in _PHONE_TYPES.items() if name not in ("phone", "phonenumber")}

#: What an MFA Server's `Mode` says of how somebody signs in, with what follows (OTP, PIN, Standard …).
SIGN_IN_MODES = ("phonecall", "textmessage", "mobileapp", "oathtoken")

#: They may mean the mobile or the office phone; Active Directory means the latter.
WHICH_PHONE = word_set("telephone telephonenumber telefoon telefoonnummer tel number nummer telnr")
ONE_NUMBER = WHICH_PHONE | {"phone", "phonenumber"}
#: A part of the number in a column of its own would be lost, and the rest read as another number.
PART_OF_NUMBER = word_set(
    "countrycode countrycallingcode callingcode dialcode dialingcode diallingcode areacode landcode landencode landnummer landennummer "
    "netnummer prefix kengetal extension ext toestel toestelnummer countrycodes vorwahl indicatif prefijo prefisso riktnummer dialprefix "
    "dialingprefix durchwahl"
)
LIKE_PHONE = re.compile(r"phone|mobi|telef|gsm|sms|cell")
#: They look like the name of a column that matters, and are not.
NOT_MEANT = word_set(
    "employeeid employeenumber employeenr employeeno employeecode employeetype employeename personid personnumber usertype userstatus "
    "personeelsnummer personeelsnr medewerkersnummer medewerkernummer medewerkernr medewerkerid medewerkerscode medewerkercode "
    "accountstatus accounttype accountenabled objectguid objectsid objectclass objecttype county countycode counties "
    "officelocation officename"
)
#: Of Microsoft's export of users: https://learn.microsoft.com/entra/identity/users/users-bulk-download
PORTAL_EXPORT = word_set(
    "userprincipalname displayname surname givenname objectid usertype accountenabled usagelocation physicaldeliveryofficename "
    "alternateemailaddress agegroup consentprovidedforminor legalagegroupclassification creationtype directorysynced invitationstate "
    "identityissuer createddatetime telephonenumber"
)


def is_country_of_something(name: str) -> bool:
    """Whether a name that is not among those of countries speaks of one: `Site country`, `Land vestiging`."""
    said = set(words(name))
    return bool(said & _COUNTRY_WORDS) and not said & _NO_COUNTRY_OF_THEIRS


def squash(name: str) -> str:
    """Letters and digits only, small, without accents."""
    plain = unicodedata.normalize("NFKD", name[:200]).casefold()
    return "".join(char for char in plain if char.isalnum())


def words(name: str) -> list[str]:
    """The words of a name, small: also of `startDate`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKD", name[:200]))
    return re.findall(r"[a-z]+", "".join(char for char in apart if not unicodedata.combining(char)).casefold())
