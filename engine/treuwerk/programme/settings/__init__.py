"""What stands in ``programme.toml``, as attrs classes: field = key, type = what is accepted, default = may be left out.

Each class is one table; its docstring and attribute docs are the settings reference. There is a module for each topic.
"""

from treuwerk.programme.settings.appearance import Accessibility, Contact, Link, TextBlock, Theme
from treuwerk.programme.settings.assemblies import Assembly, AssemblyPart, BrokenAssembly, MissingFeature
from treuwerk.programme.settings.clearing import (
    Clearing,
    DifferingUpload,
    FeatureChoice,
    FreeGoods,
    Hints,
    Hold,
    Measure,
    Rate,
    Retroactive,
    SecondPerson,
    SerialCount,
    Source,
    SourceHead,
    UnreferencedReturns,
)
from treuwerk.programme.settings.labels import Labels, LabelSheet
from treuwerk.programme.settings.legal import Legal
from treuwerk.programme.settings.limits import Budget, Cap
from treuwerk.programme.settings.master_data import Attendance, Catalogue
from treuwerk.programme.settings.occasions import OccasionHead, OccasionTable
from treuwerk.programme.settings.people import Group, Role, SecondFactor, SignIn, SignInHead, SignInRules
from treuwerk.programme.settings.plugin_policy import PluginPolicy
from treuwerk.programme.settings.points import (
    Earning,
    EarningHead,
    Manual,
    Stacking,
    Transfers,
    Unit,
)
from treuwerk.programme.settings.programme import Programme, Settings
from treuwerk.programme.settings.rewards import (
    Constraint,
    ConstraintHead,
    Money,
    MoneyHead,
    Pricing,
    RewardFeed,
    RewardKind,
    RewardKindHead,
    RewardOrders,
    Rewards,
    Supplier,
    SupplierHead,
)
from treuwerk.programme.settings.submissions import (
    LateReports,
    PageReaderHead,
    PageReading,
    ScannerHead,
    Uploads,
    UploadScanning,
)
from treuwerk.programme.settings.tiers import BoundTierScheme, Tier, TierSchemeHead
from treuwerk.programme.settings.values import CODE, Texts
from treuwerk.programme.settings.work import Api, Inbox, Work

__all__ = [
    "CODE",
    "Accessibility",
    "Api",
    "Assembly",
    "AssemblyPart",
    "Attendance",
    "BoundTierScheme",
    "BrokenAssembly",
    "Budget",
    "Cap",
    "Catalogue",
    "Clearing",
    "Constraint",
    "ConstraintHead",
    "Contact",
    "DifferingUpload",
    "Earning",
    "EarningHead",
    "FeatureChoice",
    "FreeGoods",
    "Group",
    "Hints",
    "Hold",
    "Inbox",
    "LabelSheet",
    "Labels",
    "LateReports",
    "Legal",
    "Link",
    "Manual",
    "Measure",
    "MissingFeature",
    "Money",
    "MoneyHead",
    "OccasionHead",
    "OccasionTable",
    "PageReaderHead",
    "PageReading",
    "PluginPolicy",
    "Pricing",
    "Programme",
    "Rate",
    "Retroactive",
    "RewardFeed",
    "RewardKind",
    "RewardKindHead",
    "RewardOrders",
    "Rewards",
    "Role",
    "ScannerHead",
    "SecondFactor",
    "SecondPerson",
    "SerialCount",
    "Settings",
    "SignIn",
    "SignInHead",
    "SignInRules",
    "Source",
    "SourceHead",
    "Stacking",
    "Supplier",
    "SupplierHead",
    "TextBlock",
    "Texts",
    "Theme",
    "Tier",
    "TierSchemeHead",
    "Transfers",
    "Unit",
    "UnreferencedReturns",
    "UploadScanning",
    "Uploads",
    "Work",
]
