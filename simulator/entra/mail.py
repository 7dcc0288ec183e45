"""Sending mail from a mailbox.

https://learn.microsoft.com/graph/api/user-sendmail
The texts of the refusals are those that the Outlook service is known to give.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.entra.errors import bad_request
from simulator.entra.exchange import Mail
from simulator.entra.listing import allow_only
from simulator.entra.message import Answer, Call, GraphError
from simulator.entra.state import Person, Tenant

MOST_SUBJECT = 255
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients")
_SENDERS = ("from", "sender")
_LISTS = (*_RECIPIENTS, "replyTo")
_MESSAGE = frozenset(("subject", "body", "importance", "internetMessageHeaders", *_LISTS, *_SENDERS))


def send_mail(tenant: Tenant, call: Call) -> Answer:
    """202 without a body: accepted, which is not delivered."""
    allow_only(call)
    mailbox = _mailbox(tenant, call)
    tenant.exchange.check_access(call, mailbox)
    message, saved = _body(call.body)
    recipients = tuple(address for name in _RECIPIENTS for address in _addresses(message.get(name, []), name))
    if not recipients:
        raise _invalid_recipients("A message can't be sent because it contains no recipients.")
    sender = mailbox.mail or mailbox.upn
    for name in _SENDERS:
        if name in message and _address(message[name]).lower() not in (sender.lower(), mailbox.upn.lower()):
            raise GraphError(
                403,
                "ErrorSendAsDenied",
                "The user account which was used to submit this request does not have the right to send mail on behalf of the specified "
                "sending account., Cannot submit message.",
            )
    kind, content = _content(message.get("body"))
    if tenant.exchange.limits is not None:
        tenant.exchange.limits.take(mailbox.id, len(recipients), tenant.clock())
    tenant.exchange.mails.append(
        Mail(
            id=call.request_id,
            sender=sender,
            to=recipients,
            subject=_subject(message),
            content_type=kind,
            content=content,
            saved=saved,
            app_id=call.app_id,
            at=tenant.clock(),
        )
    )
    return Answer(202)


def _mailbox(tenant: Tenant, call: Call) -> Person:
    person = tenant.find(call.params[0])
    if person is None:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{call.params[0]}' is invalid.")
    if not person.mailbox:
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
    return person


def _body(body: Any) -> tuple[dict[str, Any], bool]:
    """The message, and whether it is kept; names of the parameters of an action are read in either case."""
    if not isinstance(body, dict):
        raise bad_request("Write requests (excluding DELETE) must contain the Content-Type header declaration and a body.")
    named = {name.lower(): value for name, value in body.items()}
    if unknown := named.keys() - {"message", "savetosentitems"}:
        raise bad_request(f"The parameter '{min(unknown)}' in the request payload is not a valid parameter for the operation 'sendMail'.")
    message, saved = named.get("message"), named.get("savetosentitems")
    if not isinstance(message, dict):
        raise _unreadable("The parameter 'Message' is required.")
    if saved not in (None, True, False):
        raise _unreadable("Cannot convert the value of 'SaveToSentItems' to the expected type 'Edm.Boolean'.")
    for name in message:
        if name != "@odata.type" and name not in _MESSAGE:
            raise _unreadable(f"The property '{name}' does not exist on type 'microsoft.graph.message'.")
    return message, saved is not False


def _subject(message: dict[str, Any]) -> str:
    """The service would take a message without one; here that is a mistake."""
    subject = message.get("subject")
    if not isinstance(subject, str) or not subject.strip() or "\n" in subject or len(subject) > MOST_SUBJECT:
        raise _unreadable(f"A subject is one line of 1 to {MOST_SUBJECT} characters.")
    return subject


def _content(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict) or not body.keys() <= {"@odata.type", "contentType", "content"}:
        raise _unreadable("A body has contentType and content.")
    kind, content = body.get("contentType", "text"), body.get("content")
    if not isinstance(kind, str) or kind.lower() not in ("text", "html"):
        raise _unreadable(f"Cannot convert the literal '{kind}' to the expected type 'microsoft.graph.bodyType'.")
    if not isinstance(content, str):
        raise _unreadable("Cannot convert the content to the expected type 'Edm.String'.")
    return kind.lower(), content


def _addresses(recipients: Any, name: str) -> list[str]:
    if not isinstance(recipients, list):
        raise _unreadable(f"'{name}' must be a list of recipients.")
    return [_address(recipient) for recipient in recipients]


def _address(recipient: Any) -> str:
    mailbox = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    if not isinstance(mailbox, dict) or not mailbox.keys() <= {"@odata.type", "address", "name"}:
        raise _unreadable("A recipient has an emailAddress with address and name.")
    address = mailbox.get("address")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise _invalid_recipients(
            f"Recipient '{address}' is not resolved. All recipients must be resolved before a message can be submitted."
        )
    return address


def _unreadable(message: str) -> GraphError:
    return GraphError(400, "RequestBodyRead", message)


def _invalid_recipients(message: str) -> GraphError:
    return GraphError(400, "ErrorInvalidRecipients", f"At least one recipient is not valid., {message}")
