"""Settings of the whole file, and of who the programme is."""

from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import attrs
from attrs.validators import deep_iterable, matches_re, min_len

from treuwerk.domain.eligibility import ArticleFilter
from treuwerk.programme.settings.appearance import Accessibility, Contact, Link, TextBlock, Theme
from treuwerk.programme.settings.assemblies import Assembly
from treuwerk.programme.settings.clearing import Clearing, Measure, Rate, Source
from treuwerk.programme.settings.labels import Labels
from treuwerk.programme.settings.legal import Legal
from treuwerk.programme.settings.limits import Budget
from treuwerk.programme.settings.master_data import Attendance, Catalogue
from treuwerk.programme.settings.occasions import OccasionTable
from treuwerk.programme.settings.people import Group, Role, SignIn, SignInRules
from treuwerk.programme.settings.plugin_policy import PluginPolicy
from treuwerk.programme.settings.points import Earning, Stacking, Unit
from treuwerk.programme.settings.rewards import Constraint, RewardKind, Rewards, Supplier
from treuwerk.programme.settings.submissions import PageReading, Uploads, UploadScanning
from treuwerk.programme.settings.tiers import BoundTierScheme, Tier
from treuwerk.programme.settings.values import is_code
from treuwerk.programme.settings.work import Api, Inbox, Work


def _known_zone(_: object, attribute: Any, value: str) -> None:
    if value not in _zones():
        raise ValueError(f"'{attribute.name}' must be a time zone such as Europe/Berlin: {value}")


@cache  # looks into some hundred files
def _zones() -> set[str]:
    return available_timezones()


@attrs.frozen
class Programme:
    """``[programme]``: who the programme is."""

    code: str = attrs.field(validator=is_code)
    name: str = attrs.field(validator=min_len(1))
    starts_on: date
    zone: str = attrs.field(validator=_known_zone)
    """IANA time zone in which days begin and end."""
    locales: list[str] = attrs.field(validator=min_len(1))
    """Languages of portal and mails; the first is the default."""
    currency: str = attrs.field(default="EUR", validator=matches_re(r"[A-Z]{3}"))
    countries: list[str] = attrs.field(factory=list, validator=deep_iterable(matches_re(r"[A-Z]{2}")))
    """Countries to which something can be delivered, as codes of two letters; left out: all."""

    changes_need_approval: bool = False
    """Whether a file whose rules, filters, units or levels changed books nothing before a second person approved it;
    see ``treuwerk simulate --next FOLDER --propose``."""

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone, ready for use."""
        return ZoneInfo(self.zone)


@attrs.frozen
class Settings:
    """The whole file."""

    programme: Programme
    plugins: list[str]
    units: dict[str, Unit] = attrs.field(validator=min_len(1))
    groups: dict[str, Group] = attrs.field(validator=min_len(1))
    earning: list[Earning] = attrs.field(factory=list)
    occasions: list[OccasionTable] = attrs.field(factory=list)
    budgets: dict[str, Budget] = attrs.field(factory=dict)
    article_filters: dict[str, ArticleFilter] = attrs.field(factory=dict)
    stacking: dict[str, Stacking] = attrs.field(factory=dict)
    sources: list[Source] = attrs.field(factory=list)
    measures: dict[str, int | str | Measure] = attrs.field(factory=lambda: {"PCE": 1})
    """Unit of a line → how many base units it is, the article attribute that says so, or for a unit that measures goods
    otherwise a table such as ``{ times = 1000, per = "wp" }`` for kilowatts of modules."""
    rates: list[Rate] = attrs.field(factory=list)
    tiers: list[Tier] = attrs.field(factory=list)
    tier_scheme: BoundTierScheme | None = None
    roles: dict[str, Role] = attrs.field(factory=dict)
    sign_in: list[SignIn] = attrs.field(factory=list)
    sign_in_rules: SignInRules = attrs.field(factory=SignInRules)
    theme: Theme = attrs.field(factory=Theme)
    contact: Contact = attrs.field(factory=Contact)
    accessibility: Accessibility = attrs.field(factory=Accessibility)
    labels: Labels = attrs.field(factory=Labels)
    legal: Legal = attrs.field(factory=Legal)
    links: list[Link] = attrs.field(factory=list)
    text_blocks: list[TextBlock] = attrs.field(factory=list)
    clearing: Clearing = attrs.field(factory=Clearing)
    assembly: Assembly | None = None
    catalogue: Catalogue = attrs.field(factory=Catalogue)
    rewards: Rewards = attrs.field(factory=Rewards)
    reward_kinds: list[RewardKind] = attrs.field(factory=list)
    """Beside them stand the kinds of loaded plugins that need no settings."""
    suppliers: list[Supplier] = attrs.field(factory=list)
    constraints: list[Constraint] = attrs.field(factory=list)
    attendance: Attendance = attrs.field(factory=Attendance)
    work: Work = attrs.field(factory=Work)
    inbox: Inbox = attrs.field(factory=Inbox)
    api: dict[str, Api] = attrs.field(factory=dict)
    uploads: Uploads = attrs.field(factory=Uploads)
    upload_scanners: list[UploadScanning] = attrs.field(factory=list)
    page_reader: PageReading | None = None
    plugin_policy: PluginPolicy = attrs.field(factory=PluginPolicy)
