"""Which answers say that a write was taken: those that Graph's description has for it. Any other success may be anybody's.

The status and body are those of each write's own page: https://learn.microsoft.com/graph/api/overview
"""

from __future__ import annotations

from kiota_abstractions.method import Method as Http
from kiota_abstractions.request_information import RequestInformation

from bot.graph.answers import Answer

#: What a POST to one of these collections makes is in the answer: https://learn.microsoft.com/graph/api/authentication-post-phonemethods
_MADE = ("phoneMethods", "emailMethods", "temporaryAccessPassMethods")
#: Changed by PATCH, these may come back: https://learn.microsoft.com/graph/api/phoneauthenticationmethod-update
_SHOWN = ("phoneMethods", "emailMethods")


def taken(request: RequestInformation, answer: Answer) -> bool:
    """Whether the answer to the request is one that Graph gives to a write of this sort when it has done it."""
    if answer.status == 204:
        return answer.body is None and not _makes(request)
    fields = answer.body if isinstance(answer.body, dict) and "error" not in answer.body else {}
    shown = isinstance(fields.get("id"), str) and bool(fields["id"])
    if _makes(request):
        return answer.status == 201 and shown
    if request.http_method is Http.POST and _segments(request)[-1] == "sendMail":  # https://learn.microsoft.com/graph/api/user-sendmail
        return answer.status == 202
    if request.http_method is Http.POST and _segments(request)[-1] == "installedApps":  # created; what it is nobody asks
        return answer.status == 201
    if request.http_method is Http.PATCH and _segments(request)[-2] in _SHOWN:
        return answer.status == 200 and shown
    # https://learn.microsoft.com/graph/api/user-revokesigninsessions
    return _segments(request)[-1] == "revokeSignInSessions" and answer.status == 200 and fields.get("value") is True


def _makes(request: RequestInformation) -> bool:
    return request.http_method is Http.POST and _segments(request)[-1] in _MADE


def _segments(request: RequestInformation) -> list[str]:
    return request.url.partition("?")[0].split("/")
