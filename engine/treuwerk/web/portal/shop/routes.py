"""The routes of the shop."""

from starlette.routing import BaseRoute

from treuwerk.services.shop.wishes import READ, WRITE
from treuwerk.web.portal.shop import front, reward, waiting, wishing
from treuwerk.web.shell.routing import DeclaredRoute


def shop_routes() -> list[BaseRoute]:
    """All of them; numbers of rewards come last, since they may be any word."""
    return [
        DeclaredRoute("/rewards", front.rewards_page, permission=READ, name="rewards"),
        DeclaredRoute(wishing.HERE, wishing.wishes_page, permission=READ, name="wishes"),
        DeclaredRoute(wishing.HERE, wishing.wish_form, permission=WRITE, name="wish", methods=("POST",)),
        DeclaredRoute(waiting.PATH, waiting.watch_form, permission=WRITE, name="watch", methods=("POST",)),
        DeclaredRoute("/rewards/{number}", reward.reward_page, permission=READ, name="reward"),
    ]
