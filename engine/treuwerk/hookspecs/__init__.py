"""Every hook that a plugin may implement, with its full contract. The hook reference is made from this file.

All hooks here are *offers*: called once at start-up, without arguments, answered with frozen records. They speak
domain types only. Order carries no meaning; one of many is chosen by its name in the programme file.
"""

from collections.abc import Sequence
from typing import Any

import pluggy

from treuwerk.domain.pages import WebPart
from treuwerk.domain.rights import Permission
from treuwerk.hookspecs.clearing import ClearingSource as ClearingSource
from treuwerk.hookspecs.clearing import ClearingSourceKind as ClearingSourceKind
from treuwerk.hookspecs.clearing import CountingSource as CountingSource
from treuwerk.hookspecs.clearing import EarningRuleKind as EarningRuleKind
from treuwerk.hookspecs.clearing import OccasionKind as OccasionKind
from treuwerk.hookspecs.clearing import OneSeller as OneSeller
from treuwerk.hookspecs.commands import CommandKind as CommandKind
from treuwerk.hookspecs.commands import CommandPlace as CommandPlace
from treuwerk.hookspecs.commands import DemoData as DemoData
from treuwerk.hookspecs.commands import DemoLogin as DemoLogin
from treuwerk.hookspecs.identity import IdentityProvider as IdentityProvider
from treuwerk.hookspecs.identity import IdentityProviderKind as IdentityProviderKind
from treuwerk.hookspecs.payments import PaymentProvider as PaymentProvider
from treuwerk.hookspecs.payments import PaymentProviderKind as PaymentProviderKind
from treuwerk.hookspecs.rewards import CancellingChannel as CancellingChannel
from treuwerk.hookspecs.rewards import CatalogueConstraintKind as CatalogueConstraintKind
from treuwerk.hookspecs.rewards import FollowedChannel as FollowedChannel
from treuwerk.hookspecs.rewards import RewardSource as RewardSource
from treuwerk.hookspecs.rewards import SupplierChannel as SupplierChannel
from treuwerk.hookspecs.rewards import SupplierChannelKind as SupplierChannelKind
from treuwerk.hookspecs.tiers import TierSchemeKind as TierSchemeKind
from treuwerk.hookspecs.uploads import PageReader as PageReader
from treuwerk.hookspecs.uploads import PageReaderKind as PageReaderKind
from treuwerk.hookspecs.uploads import UploadScanner as UploadScanner
from treuwerk.hookspecs.uploads import UploadScannerKind as UploadScannerKind
from treuwerk.hookspecs.work import WorkPlace as WorkPlace
from treuwerk.hookspecs.work import WorkRunner as WorkRunner
from treuwerk.hookspecs.work import WorkRunnerKind as WorkRunnerKind

PROJECT = "treuwerk"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hooks of Treuwerk."""

    @hookspec
    def earning_rule_kinds(self) -> Sequence[EarningRuleKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of earning rules.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        Called once at start-up. Keep heavy imports inside the rule's ``build``.
        """

    @hookspec
    def occasion_kinds(self) -> Sequence[OccasionKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of days that earn by themselves, such as anniversaries.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A source is asked every night. What it finds becomes activities, which the earning rules are asked about; an
        occasion that a source names again earns nothing a second time. One that fails is told of, and asked again the
        next night about the days since it last answered.
        """

    @hookspec
    def clearing_sources(self) -> Sequence[ClearingSourceKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of readers for files, uploads and requests.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reader gets bytes and yields canonical documents; matching, rules and booking are the engine's.
        """

    @hookspec
    def demo_data(self) -> Sequence[DemoData]:  # type: ignore[empty-body]
        """Offer seeded data for the demo of a bundle.

        Returns: at most one record over all loaded plugins of a programme; a second one stops start-up.
        """

    @hookspec
    def identity_providers(self) -> Sequence[IdentityProviderKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of identity providers for single sign-on.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A provider says who somebody is; which user that is, and what he may do, is decided by the engine.
        """

    @hookspec
    def work_runners(self) -> Sequence[WorkRunnerKind]:  # type: ignore[empty-body]
        """Offer queues that carry durable work between processes.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up. The engine
        itself has ``inline``, which needs no tables and no other process. Imports of libraries belong into ``build``.
        """

    @hookspec
    def upload_scanners(self) -> Sequence[UploadScannerKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of virus scanners for uploaded files.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        Nothing of a file is shown before every scanner of the programme found it clean.
        """

    @hookspec
    def page_readers(self) -> Sequence[PageReaderKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of page readers (OCR) for photos and scans of documents.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reader gets one drawn page and answers words; which of them are number, date, seller and lines is found by the
        engine, and shown to people as suggestions. Nothing is booked by it. A reader that fails or is too slow leaves
        its page unread, which the service centre sees; the report goes on without it.
        """

    @hookspec
    def commands(self) -> Sequence[CommandKind]:  # type: ignore[empty-body]
        """Offer commands of the command line.

        Returns: records with names that neither the engine nor another loaded plugin has; a name offered twice stops
        them. They are asked for only where the engine has no command of the name, and for ``treuwerk --help``.
        """

    @hookspec
    def catalogue_constraints(self) -> Sequence[CatalogueConstraintKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of constraints on what may be offered, such as where a reward comes from.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A constraint that fails later, or answers something else than objections, keeps every reward from being offered.
        """

    @hookspec
    def reward_sources(self) -> Sequence[RewardSource[Any]]:  # type: ignore[empty-body]
        """Offer kinds of rewards, such as goods: what an order of one asks for, and how it is fulfilled.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reward whose kind is none of the programme is never offered. Stock, codes, seats and points are the engine's.
        """

    @hookspec
    def supplier_channels(self) -> Sequence[SupplierChannelKind[Any]]:  # type: ignore[empty-body]
        """Offer ways by which suppliers get lines of orders, such as a file or a request.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A channel carries lines under a key and tells what was answered. When it is asked, how often it is tried, and
        what an answer means for an order, is the engine's. Whatever it raises leaves the lines unknown, and they are
        tried again under the same key.
        """

    @hookspec
    def payment_providers(self) -> Sequence[PaymentProviderKind[Any]]:  # type: ignore[empty-body]
        """Offer ways to pay part of a price with money, such as by bank transfer or at a payment service.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A provider begins a payment under a key, tells what is known of it, pays back under a key, and says whether a
        message is its own. What an answer means for an order, when it is asked and how often, and that nothing is
        booked twice, is the engine's.
        """

    @hookspec
    def tier_schemes(self) -> Sequence[TierSchemeKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of tier schemes: what is counted for tiers, over which days, and who goes up or down when.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A scheme gets figures and answers with tiers. Counting, the history of each participant, tiers by hand and
        telling of changes are the engine's.
        """

    @hookspec
    def permissions(self) -> Sequence[Permission]:  # type: ignore[empty-body]
        """Offer rights that roles of the programme may name.

        Returns: records with names that neither the engine nor another loaded plugin has; begin them with the name of
        the plugin, such as ``seminars.book``. A role with all rights of its audience has them at once.
        """

    @hookspec
    def web_parts(self) -> Sequence[WebPart]:  # type: ignore[empty-body]
        """Offer pages, entries of the navigation, panels, templates, static files and translations.

        Returns: records with names that no other loaded plugin offers. Every page and panel names the permission that
        it asks for; one that nobody declared stops start-up.
        """
