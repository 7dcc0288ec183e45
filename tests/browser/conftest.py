"""The demo as a newcomer starts it, and Chromium in front of it."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.forks import Loaded

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
#: As root in a container, and without calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Not there: a failure, because an unrun browser test proves nothing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@cache
def _loaded() -> Loaded:
    """A process that has loaded all that a demo loads, which takes longer than the rest of its start."""
    loaded = Loaded("app", "simulator.demo")
    atexit.register(loaded.close)
    return loaded


@contextmanager
def running_demo() -> Iterator[str]:
    """`python app.py demo` on a free port; its address."""
    ours, theirs = os.pipe()
    with open(os.devnull, "r+b") as nowhere:
        arguments = ["app.py", "demo", "--port", "0", "--no-browser"]
        about = _loaded().fork(arguments, os.environ, (nowhere.fileno(), nowhere.fileno(), theirs))
    os.close(theirs)
    with open(ours, encoding="utf-8") as errors, open(about, encoding="utf-8") as process:
        number, said = int(process.readline()), ""
        for line in errors:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            raise AssertionError(f"the demo did not start:\n{said}")
        # Read on: a full pipe would make the demo wait for a reader.
        reading = threading.Thread(target=errors.read, daemon=True)
        reading.start()
        try:
            yield found.group()
        finally:
            os.kill(number, signal.SIGTERM)
            process.readline()
            reading.join()


@pytest.fixture
def demo() -> Iterator[str]:
    """The demo, started anew; its address."""
    with running_demo() as address:
        yield address


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:
    """A window on the demo; whatever the page complains about fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 940}, base_url=demo, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    yield page
    context.close()
    assert complaints == []
