"""Mistakes in roles and in what gives them."""

from collections.abc import Iterator, Mapping

from treuwerk.domain.rights import PERMISSIONS, Audience, Permission, names_for
from treuwerk.programme.errors import Mistake
from treuwerk.programme.roles import ALL, roles_of
from treuwerk.programme.settings import CODE, Role, Settings, SignIn
from treuwerk.programme.structuring import meant


def mistakes_in_roles(settings: Settings, offered: Mapping[str, Permission]) -> list[Mistake]:
    """All of them, each with its path; `offered` are the permissions of plugins."""
    permissions = [*PERMISSIONS, *offered.values()]
    known = {audience: names_for(audience, permissions) for audience in Audience}
    found = [mistake for code, role in settings.roles.items() for mistake in _in_role(code, role, known)]
    for number, sign_in in enumerate(settings.sign_in):
        found += _in_sign_in(number, sign_in, settings)
    return found


def _in_role(code: str, role: Role, known: Mapping[Audience, frozenset[str]]) -> Iterator[Mistake]:
    if not CODE.fullmatch(code):
        yield Mistake(f"roles.{code}", repr(code), "a code of small letters, digits and _, such as clerk")
    for number, name in enumerate(role.permissions):
        if name != ALL and name not in known[role.audience]:
            yield Mistake(f"roles.{code}.permissions[{number}]", f"right {name!r}",
                          f"a right of the {role.audience}: {', '.join(sorted(known[role.audience]))}",
                          meant(name, known[role.audience]))


def _in_sign_in(number: int, sign_in: SignIn, settings: Settings) -> Iterator[Mistake]:
    head, path = sign_in.head, f"sign_in[{number}]"
    if head.name in [other.head.name for other in settings.sign_in[:number]]:
        yield Mistake(f"{path}.name", f"{head.name!r} again", "a name that no other identity provider has")
    if head.audience is Audience.PORTAL and head.provisioning == "create":
        yield Mistake(f"{path}.provisioning", "'create'", "'link' for participants: points belong to a company that "
                      "is known already")
    roles = {code for code, role in roles_of(settings).items() if role.audience is head.audience}
    for value, code in head.roles.items():
        if code not in roles:
            yield Mistake(f"{path}.roles.{value}", f"role {code!r}",
                          f"a role of the {head.audience}: {', '.join(sorted(roles))}", meant(code, roles))
    if head.roles and not head.claim:
        yield Mistake(f"{path}.claim", "nothing", "the claim whose values give these roles, such as groups")
