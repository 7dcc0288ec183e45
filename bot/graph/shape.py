"""What is made of Graph's JSON: JSON of another shape than Graph's is no usable answer, and no mistake of ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from bot.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

_AMISS = (AttributeError, LookupError, TypeError, ValueError, OverflowError)


def of_graph(make: Callable[P, T]) -> Callable[P, T]:
    """For functions that do nothing but turn objects of Graph's into ours: they raise Unavailable where those are not of Graph's shape."""

    @functools.wraps(make)
    def made(*args: P.args, **more: P.kwargs) -> T:
        try:
            return make(*args, **more)
        except _AMISS as error:
            raise Unavailable(f"{make.__name__}: an answer of another shape ({type(error).__name__})") from error

    return made
