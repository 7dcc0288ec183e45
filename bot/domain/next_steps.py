"""What an agent does next about a person whom they have looked at: commands by name, in the order in which `show` offers them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.change import ChangeKind

#: By the command's name what policy is asked about it.
NEXT_STEPS: Mapping[str, ChangeKind] = {
    "set-phone": ChangeKind.SET_PHONE,
    "recover": ChangeKind.RECOVER,
    "pass": ChangeKind.CREATE_PASS,
    "reset-password": ChangeKind.RESET_PASSWORD,
    "sign-out": ChangeKind.SIGN_OUT,
}
#: The step beside them for whoever may end the freeze that stands in their way.
UNFREEZE = "unfreeze"
#: What a form begins with besides the person.
GIVEN: Mapping[str, Mapping[str, str]] = {"set-phone": {"mode": "set", "phone": "mobile"}}
