"""Logs: one JSON object a line on standard error, ours and the libraries' alike."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

#: A part of a path that is a word of an interface, not somebody's id, address or number.
_WORD = re.compile(r"\$?[A-Za-z]+(\.[A-Za-z]+)*|v\d(\.\d)?")
_LONGEST_WORD = 45  # an id in base64 may have letters alone


def configure(level: str = "info") -> None:
    """Sends everything to standard error as JSON; `level` is the least that is shown."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    # Libraries log requests and retries with addresses in them: only their warnings are ours to print.
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def path_shown(path: str) -> str:
    """The path of a call as a log may tell it: `…` for every part that names somebody or something."""
    parts = path.split("/")
    return "/".join(part if not part or (len(part) <= _LONGEST_WORD and _WORD.fullmatch(part)) else "…" for part in parts)
