"""What the simulators' own page shows works as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "simulator" / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_says() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.splitlines(), done.stderr) == (["429 1", "[]"], "")
    assert "It prints `429 1` and `[]`" in PAGE


def test_every_package_the_page_names_is_there() -> None:
    assert all((ROOT / name.replace(".", "/")).with_suffix(".py").exists() or (ROOT / name.replace(".", "/")).is_dir()
               for name in re.findall(r"`(simulator\.\w+)(?:\.\w+)?`", PAGE))  # fmt: skip
