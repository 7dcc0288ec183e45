"""Accounts, roles, groups and records as Graph shows them, turned into ours.

A property that Graph keeps back (it shows only ids where a permission is missing) is never read as "no": that would unlock administrators.
https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.people import Group, Person, is_external
from bot.domain.reconcile import DirectoryAudit
from bot.errors import NotAuthorised, Unavailable
from bot.graph.permissions import READ_GROUPS, READ_USERS
from bot.graph.shape import of_graph

Row = dict[str, Any]
_NOT_TOLD = "Graph does not say whether roles can be assigned to a group"


@of_graph
def person_in(row: Row) -> Person:
    """The account in a row with the properties of `reads.PERSON`.

    Raises:
        NotAuthorised: Graph does not show whether the account is enabled.
        Unavailable: the row is no account.
    """
    enabled, upn = row.get("accountEnabled"), row.get("userPrincipalName")
    if not row.get("id"):
        raise Unavailable("an account without id")
    if not isinstance(enabled, bool):
        raise NotAuthorised("Graph does not show whether accounts are enabled", permission=READ_USERS)
    if not upn:
        raise Unavailable("an account without user principal name")
    return Person(
        id=str(row["id"]),
        name=str(row.get("displayName") or "").strip() or str(upn),
        upn=str(upn),
        mail=str(row.get("mail") or ""),
        job_title=str(row.get("jobTitle") or ""),
        department=str(row.get("department") or ""),
        enabled=enabled,
        guest=row.get("userType") == "Guest" or is_external(str(upn)),
        synced=row.get("onPremisesSyncEnabled") is True,
        sessions_from=str(row.get("signInSessionsValidFromDateTime") or ""),
        password_changed=str(row.get("lastPasswordChangeDateTime") or ""),
        language=str(row.get("preferredLanguage") or ""),
        given_name=str(row.get("givenName") or "").strip(),
        surname=str(row.get("surname") or "").strip(),
        sam_account_name=str(row.get("onPremisesSamAccountName") or ""),
    )


@of_graph
def id_in(row: Row, name: str = "id") -> str:
    """An object id, in lower case.

    Raises:
        Unavailable: there is none, so it might be anybody's.
    """
    found = row.get(name)
    if not isinstance(found, str) or not found:
        raise Unavailable(f"a row without {name}")
    return found.lower()


@of_graph
def group_in(row: Row) -> Group:
    """A group with its name; Unavailable when it has no id."""
    return Group(id_in(row), str(row.get("displayName") or "").strip())


@of_graph
def roles_in(held: Iterable[Row], assigned: Iterable[Row]) -> tuple[str, ...]:
    """Names of the roles in `transitiveMemberOf` and in `roleAssignments`, each once."""
    return tuple(sorted({str(row.get("displayName") or "a directory role") for row in held} | set(defined_in(assigned))))


@of_graph
def defined_in(rows: Iterable[Row]) -> tuple[str, ...]:
    """Names of the roles that assignments or eligibilities are about, each once."""
    return tuple(sorted({str((row.get("roleDefinition") or {}).get("displayName") or "a directory role") for row in rows}))


@of_graph
def role_assignable_in(groups: Iterable[Row]) -> tuple[str, ...]:
    """Names of the groups that roles can be assigned to.

    Raises:
        NotAuthorised: Graph shows the groups' ids alone.
        Unavailable: it does not say of a group whether they can.
    """
    names = []
    for row in groups:
        if "isAssignableToRole" not in row:
            raise Unavailable(_NOT_TOLD)
        if row.get("isAssignableToRole") is None and row.get("displayName") is None:
            raise NotAuthorised("Graph shows ids of groups alone", permission=READ_GROUPS)
        if row.get("isAssignableToRole"):
            names.append(str(row.get("displayName") or row.get("id")))
    return tuple(sorted(names))


@of_graph
def kind_in(row: Row) -> str:
    """What a directory object is: "user", "group", and so on.

    Raises:
        Unavailable: it is not said, so it might be a group.
    """
    kind = row.get("@odata.type")
    if not isinstance(kind, str) or not kind:
        raise Unavailable("an object without type")
    return kind.rpartition(".")[2]


@of_graph
def owned_in(objects: Iterable[Row], names: Mapping[str, str] | None) -> tuple[frozenset[str], frozenset[str]]:
    """Of what somebody owns: names of the groups that roles can be assigned to, and ids of the other groups; as below."""
    return _told_apart([(id_in(row), row) for row in objects if kind_in(row) == "group"], names)


@of_graph
def joinable_in(rows: Iterable[Row], names: Mapping[str, str] | None) -> tuple[frozenset[str], frozenset[str]]:
    """Of eligibilities in groups: names of the groups that roles can be assigned to, and ids of the other groups.

    Args:
        names: of the role-assignable groups, by id; None when they are not known.

    Raises:
        Unavailable: Graph does not say which group it is, or what sort of group.
    """
    return _told_apart([(id_in(row, "groupId"), row.get("group") or {}) for row in rows], names)


def _told_apart(groups: Iterable[tuple[str, Row]], names: Mapping[str, str] | None) -> tuple[frozenset[str], frozenset[str]]:
    assignable, others = set(), set()
    for group_id, group in groups:
        if names and group_id in names:
            assignable.add(names[group_id])
        elif group.get("isAssignableToRole"):
            assignable.add(str(group.get("displayName") or group_id))
        elif names is not None or ("isAssignableToRole" in group and group.get("displayName") is not None):
            others.add(group_id)
        else:
            raise Unavailable(_NOT_TOLD)
    return frozenset(assignable), frozenset(others)


@of_graph
def audit_in(row: Row) -> DirectoryAudit:
    """One record of Entra's audit log, without the values in it: among them are phone numbers.

    Raises:
        Unavailable: the row is no record.
    """
    by = (row.get("initiatedBy") or {}).get("app") or {}
    targets: list[Row] = row.get("targetResources") or [{}]
    target = next((one for one in targets if one.get("type") == "User"), targets[0])
    try:
        at = datetime.fromisoformat(str(row["activityDateTime"]))
        if at.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return DirectoryAudit(
            id=str(row["id"]),
            at=at,
            activity=str(row.get("activityDisplayName") or "an activity without a name"),
            app_id=str(by.get("appId") or "").lower(),
            target_id=str(target.get("id") or "").lower(),
            target_upn=str(target.get("userPrincipalName") or ""),
            result=str(row.get("result") or ""),
            correlation_id=str(row.get("correlationId") or ""),
        )
    except (KeyError, ValueError) as error:
        raise Unavailable("a record of the audit log is malformed") from error
