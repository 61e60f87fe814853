"""Words for why tiers change."""

from collections.abc import Mapping

from treuwerk.domain.tiers import Why
from treuwerk.web.shell.marking import marked

WHYS: Mapping[str, str] = {
    Why.REACHED.value: marked("Reached"), Why.ENDED.value: marked("Its time was over"),
    Why.BELOW.value: marked("Figures too small"), Why.GRANTED.value: marked("Given by us"),
    Why.GRANT_ENDED.value: marked("What we gave is over")}
