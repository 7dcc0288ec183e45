"""A number match: the person picks, of three, the number that the agent reads out to them. Pure but for the randomness.

Neither the number nor which of the three is right stands anywhere: what is kept is a salt and a hash, and both the number and the other two
are found again from those. So whoever reads the trail, a log or the person's card learns nothing; two digits are no secret to whoever has
the database itself.
"""

from __future__ import annotations

import hashlib
import random
import secrets

_NUMBERS = range(10, 100)
CHOICES = 3


def new_secret(proof_id: str) -> str:
    """Draws a number and returns what is kept of it."""
    salt = secrets.token_hex(16)
    return f"{salt}${_hash(salt, proof_id, secrets.choice(_NUMBERS))}"


def number_of(secret: str, proof_id: str) -> int:
    """The number, for the agent's own view.

    Raises:
        ValueError: it belongs to another proof.
    """
    salt, _, kept = secret.partition("$")
    for number in _NUMBERS:
        if secrets.compare_digest(_hash(salt, proof_id, number), kept):
            return number
    raise ValueError("no number of this proof")


def choices_of(secret: str, proof_id: str) -> tuple[int, ...]:
    """The three that the person is shown, always the same for one proof and in an order that tells nothing.

    They follow from the salt, which no card carries: from a card's id and its three numbers nobody finds the right one.
    """
    number = number_of(secret, proof_id)
    drawn = random.Random(f"{secret}{proof_id}")  # noqa: S311 - repeatable on purpose, and its seed holds 128 random bits
    choices = [number, *drawn.sample([other for other in _NUMBERS if other != number], CHOICES - 1)]
    drawn.shuffle(choices)
    return tuple(choices)


def _hash(salt: str, proof_id: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{proof_id}{number}".encode()).hexdigest()
