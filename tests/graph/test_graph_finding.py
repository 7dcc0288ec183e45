"""Whom a text finds, what is asked of Graph for it, and that no text escapes from its quotes."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.characters import FULL_WIDTH
from bot.domain.names import without_brackets
from bot.domain.people import Person
from bot.graph import finding, reads
from bot.ports import FIND_LIMIT
from simulator import cast
from simulator.entra.query import compile_filter
from simulator.entra.search import compile_search
from simulator.entra.state import Person as Account
from simulator.entra.users import SCHEMA
from tests.graph.conftest import ALICE, Bench

GUS = cast.person("Gus Taylor (Adatum)")
MIA = cast.person("Mia O'Brien")
JANS = ["jan.de.vries@fabrikam.example", "jan.devries2@fabrikam.example"]


async def names(bench: Bench, text: str) -> list[str]:
    return [person.upn for person in await bench.directory.find(text)]


@pytest.mark.parametrize(
    ("text", "upns"),
    [
        ("alice", [ALICE.upn]),
        ("ALICE", [ALICE.upn]),
        ("  Alice   Jansen ", [ALICE.upn]),
        ("jansen", [ALICE.upn]),
        ("jansen alice", [ALICE.upn]),
        ("ali", [ALICE.upn]),
        (ALICE.upn.upper(), [ALICE.upn]),
        ("alice.jansen@fabrikam.example", [ALICE.upn]),
        (ALICE.id, [ALICE.upn]),
        (ALICE.id.upper(), [ALICE.upn]),
        ("jan", JANS),
        ("Jan de Vries", JANS),
        ("jan.devries2", [JANS[1]]),
        (MIA.upn, [MIA.upn]),
        ("mia.o'brien", [MIA.upn]),
        ("Mia O'Brien", [MIA.upn]),
        ("o'brien", [MIA.upn]),
        (GUS.upn, [GUS.upn]),
        ("gus.taylor@adatum.example", [GUS.upn]),
        ("Gus Taylor (Adatum)", [GUS.upn]),
        ("Dirk Bakker", ["dirk.bakker@fabrikam.example"]),
        ("nobody at all", []),
        ("nobody@fabrikam.example", []),
        ("00000000-0000-0000-0000-000000000000", []),
        ("", []),
        ("   ", []),
        ("\u200b\n", []),
        ("\ud800alice\x00", [ALICE.upn]),
        ("' or startsWith(displayName,'a') or displayName eq '", []),
        ("x@y' or startsWith(displayName,'a') or mail eq 'x", []),
        ('" OR "displayName:alice', []),
        ("\\", []),
        ("a" * 5000, []),
    ],
)
async def test_find(bench: Bench, text: str, upns: list[str]) -> None:
    assert await names(bench, text) == upns
    assert len(bench.seen(outer=True)) <= 1


async def test_every_bearer_of_a_first_name(bench: Bench) -> None:
    found = await names(bench, "anna")
    assert len(found) == 8
    assert all(upn.startswith("anna.") for upn in found)


async def test_at_most_the_limit(bench: Bench) -> None:
    assert len(await names(bench, "a")) == FIND_LIMIT


async def test_a_full_name_means_its_bearer_alone(bench: Bench) -> None:
    bench.entra.person("Ben Bianchi").display_name = "Anna Bianchi-Smit"
    assert await names(bench, "anna bianchi") == ["anna.bianchi@fabrikam.example"]


async def test_the_owner_of_the_account_name_does_not_win_over_namesakes(bench: Bench) -> None:
    bench.entra.person("Ben Bianchi").display_name = "Alice Smit"
    assert await names(bench, "alice") == [ALICE.upn, "ben.bianchi@fabrikam.example"]


async def test_a_mere_beginning_does_not_count_beside_the_word(bench: Bench) -> None:
    bench.entra.person("Ben Bianchi").display_name = "Alicen Smit"
    assert await names(bench, "alice") == [ALICE.upn]


async def test_an_address_of_two_accounts_gives_both_the_account_name_first(bench: Bench) -> None:
    bench.entra.person("Ben Bianchi").mail = ALICE.upn
    assert await names(bench, ALICE.upn) == [ALICE.upn, "ben.bianchi@fabrikam.example"]


async def test_enabled_accounts_come_first(bench: Bench) -> None:
    bench.entra.person(JANS[0]).account_enabled = False
    assert await names(bench, "jan de vries") == JANS[::-1]


async def test_accounts_too_new_for_the_search_index_are_found(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "clause", lambda name, text: '"displayName:zzzz"')
    assert await names(bench, "alice") == [ALICE.upn]


def someone(name: str, upn: str = "") -> Person:
    upn = upn or f"{name.replace(' ', '.').lower()}@fabrikam.example"
    return Person(id=upn, name=name, upn=upn)


def test_nobody_is_left_out_while_graph_has_more_to_show() -> None:
    people = [someone("Jan de Vries"), someone("Jan de Vries Junior")]
    assert [p.name for p in finding.choose("Jan de Vries", people, complete=True)] == ["Jan de Vries"]
    assert len(finding.choose("Jan de Vries", people, complete=False)) == 2


def test_accents_do_not_matter() -> None:
    people = [someone("José Pérez", "jp@fabrikam.example"), someone("Josephine Perez-Lund", "jpl@fabrikam.example")]
    assert [p.name for p in finding.choose("jose perez", people, complete=True)] == ["José Pérez"]


def of(address: reads.Read, option: str) -> str:
    """A query option as a server reads it; the address must hold exactly the options it should."""
    options = parse_qs(urlsplit(address.url).query, keep_blank_values=True, strict_parsing=True)
    assert set(options) == {option, "$select", "$top"}
    (value,) = options[option]
    return value


#: As the directory has it: accents in their letters.
ANY_TEXT = st.one_of(
    st.text(max_size=40).map(lambda text: unicodedata.normalize("NFC", text)),
    st.text(alphabet="'\"\\&#%+/?=()@ orandeq,$a\u2019\u00e9", max_size=40),
)


def account(name: str, upn: str) -> Account:
    return Account(cast.Member(name=name, upn=upn, mail=upn), {})


@given(ANY_TEXT)
def test_a_filter_finds_the_text_and_nothing_else(text: str) -> None:
    same, other = account("Somebody Else", text), account("zzzz", "zzzz@zzzz.example")
    test = compile_filter(of(finding.by_address(text), "$filter"), SCHEMA).test
    exact = compile_filter(of(finding.by_exact_address(text), "$filter"), SCHEMA).test
    assert test(same)
    assert exact(same)
    assert test(other) == exact(other) == (text.casefold() == "zzzz@zzzz.example")
    begins = compile_filter(of(finding.by_name(text)[1], "$filter"), SCHEMA).test
    assert begins(account(text + "x", "a@b.example"))
    assert begins(other) == "zzzz@zzzz.example".startswith((text.casefold(), without_brackets(text).casefold()))


def test_an_address_that_people_may_give_themselves_is_not_exact() -> None:
    finds = (finding.by_address, finding.by_exact_address)
    wide, exact = (compile_filter(of(find("a@b.example"), "$filter"), SCHEMA).properties for find in finds)
    assert wide - exact == {"otherMails"}


@given(ANY_TEXT)
def test_a_search_stays_one_clause_about_the_name(text: str) -> None:
    searched = of(finding.by_name(text)[0], "$search")
    whole = re.fullmatch(r'"displayName:((?:[^"\\]|\\["\\])*)"', searched, re.DOTALL)
    assert whole, searched
    assert re.sub(r"\\(.)", r"\1", whole[1], flags=re.DOTALL) == without_brackets(text.translate(FULL_WIDTH))
    assert compile_search(searched, SCHEMA).properties == {"displayName"}


@given(st.text(alphabet=st.characters()))
def test_any_text_at_all_can_be_asked_for(text: str) -> None:
    wanted = finding.tidy(text)
    assert wanted == finding.tidy(wanted)
    for address in (finding.by_address(wanted), finding.by_exact_address(wanted), *finding.by_name(wanted)):
        assert address.url.isascii()
