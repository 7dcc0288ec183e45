"""What a process that serves for weeks sets up once."""

from __future__ import annotations

import asyncio
import gc

from aiohttp import web


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop: uvloop's, with which a `show` takes a tenth less processor time, or Python's own where there is none (Windows)."""
    try:
        import uvloop  # noqa: PLC0415 - not everywhere
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def settle(_: web.Application) -> None:
    """What the start has made stays for good, so the garbage collector need not go through it again and again; nor every 700 objects."""
    gc.freeze()
    gc.set_threshold(10_000)
