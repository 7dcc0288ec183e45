"""What Dutch-speaking agents may type instead: `zet mobiel voor alice …` is understood as `set mobile for alice …`.

One table, applied to every `Word` by its English text. A Dutch word is another way to say exactly the same; help, suggestions and the
trail keep to the English one. Left out is whatever is part of names (“van”) or of another command.
"""

from __future__ import annotations

DUTCH: dict[str, tuple[str, ...]] = {
    # what is to be done
    "show": ("toon", "toon mij"),
    "set": ("zet", "stel in", "wijzig"),
    "add": ("voeg toe",),
    "update": ("werk bij",),
    "remove": ("verwijder", "wis"),
    "enable": ("activeer", "zet aan", "schakel in"),
    "disable": ("deactiveer", "zet uit", "schakel uit"),
    "recover": ("herstel",),
    "pass": ("pas", "toegangspas", "tijdelijke toegangspas"),
    "revoke pass": ("trek pas in", "pas intrekken"),
    "reset password": ("reset wachtwoord", "nieuw wachtwoord"),
    "default": ("standaard", "standaardmethode"),
    "set default": ("zet standaard", "stel standaard in"),
    "require mfa": ("vereis mfa",),
    "sign out": ("meld af", "afmelden", "log uit"),
    "block": ("blokkeer",),
    "unblock": ("deblokkeer",),
    "freeze": ("bevries",),
    "unfreeze": ("ontdooi",),
    "unfreeze all": ("ontdooi alles", "ontdooi iedereen"),
    "pending": ("wachtend",),
    "why": ("waarom",),
    "history": ("geschiedenis",),
    "help": ("hulp",),
    "hi": ("hallo", "hoi"),
    "whoami": ("wie ben ik",),
    "log here": ("logboek hier",),
    "policy test": ("test beleid",),
    "pause": ("pauze", "pauzeer"),
    "resume": ("hervat",),
    "threat": ("dreiging", "dreigingsniveau"),
    "threat high": ("dreiging hoog", "dreigingsniveau hoog"),
    "threat normal": ("dreiging normaal", "dreigingsniveau normaal"),
    "lift limits": ("hef limieten op",),
    "bulk": ("bulktaak",),
    "dry run": ("proefrun", "proefdraaien"),
    "template": ("sjabloon",),
    "cancel": ("annuleer", "annuleren"),
    "retry": ("probeer opnieuw", "opnieuw"),
    "preview": ("voorvertoning", "voorbeeld"),
    "result": ("resultaat",),
    "report phone-only": ("rapport alleen telefoon", "rapport alleen-telefoon", "rapporteer alleen telefoon"),
    # with what
    "mobile": ("mobiel", "mobiele telefoon", "mobiel nummer", "mobiele nummer"),
    "alternate mobile": ("alternatief mobiel", "alternatieve mobiel", "alternatieve mobiele telefoon", "alternatief mobiel nummer"),
    "office": ("kantoor", "kantoortelefoon", "kantoornummer"),
    "sms sign-in": ("sms-aanmelding", "sms aanmelding"),
    "passkey": ("wachtwoordsleutel",),
    "email": ("e-mailadres", "mailadres"),
    "external": ("extern", "externe methode"),
    "hardware token": ("hardwaretoken",),
    "platform credential": ("platformreferentie",),
    "push": ("melding",),
    "voice": ("spraak",),
    "voice alternate": ("spraak alternatief",),
    "voice office": ("spraak kantoor",),
    "reusable": ("herbruikbaar",),
    "everything": ("alles",),
    "on": ("aan",),
    "off": ("uit",),
    "enforced": ("afgedwongen",),
    "lost": ("kwijt", "verloren", "gestolen", "telefoon kwijt", "telefoon gestolen"),
    "new phone": ("nieuwe telefoon", "nieuw toestel"),
    "first day": ("eerste dag", "eerste werkdag"),
    "left at home": ("thuisgelaten", "telefoon thuis"),
    # and the words between
    "for": ("voor",),
    "to": ("naar", "op"),
    "by": ("door",),
    "as": ("als",),
    "at": ("om", "vanaf"),
    "because": ("omdat", "vanwege"),
    "today": ("vandaag",),
    "tomorrow": ("morgen",),
    "her": ("haar",),
    "him": ("hem",),
    "them": ("hen",),
}


def ways(word: str) -> frozenset[str]:
    """The word and its Dutch ones."""
    return frozenset((word, *DUTCH.get(word, ())))
