"""Who may use what stands open without a password: pages of our own address alone, and programs of this machine."""

from __future__ import annotations

from typing import Any

from aiohttp import web


def from_elsewhere(request: web.Request) -> str:
    """Why a request is refused; empty when it is let in.

    One `Host`, so that no name that was bound to this machine meanwhile (DNS rebinding) is an address of ours; and no `Origin` but that
    address, so that no page of another site can send anything in the name of whoever has it open.
    """
    address = request.transport.get_extra_info("sockname") if request.transport else None
    ours = f"127.0.0.1:{address[1]}" if address else ""
    if request.host != ours:
        return f"This answers at http://{ours} alone."
    if request.headers.get("Origin", f"http://{ours}") != f"http://{ours}":
        return "Another site cannot use this."
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site" and request.method != "GET":
        return "Another site cannot use this."
    return ""


@web.middleware
async def control_is_ours(request: web.Request, handler: Any) -> web.StreamResponse:
    """Keeps other sites from the control addresses of a simulator."""
    if request.path.startswith("/_control") and (refused := from_elsewhere(request)):
        raise web.HTTPForbidden(text=refused)
    response: web.StreamResponse = await handler(request)
    return response
