"""The portal's own entries of the main navigation."""

from treuwerk.domain.rights import Audience
from treuwerk.services.account.own_account import READ_ACCOUNT, READ_PURCHASES
from treuwerk.services.orders.scope import READ_OWN as READ_ORDERS
from treuwerk.services.participants.own_profile import READ as READ_PROFILE
from treuwerk.services.shop.wishes import READ as READ_REWARDS
from treuwerk.services.submissions.own_submissions import READ as READ_SUBMISSIONS
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.navigation import Entry

ENTRIES = (
    Entry("/", marked("Overview"), "wallet", READ_ACCOUNT, Audience.PORTAL, 100),
    Entry("/account", marked("Points account"), "wallet", READ_ACCOUNT, Audience.PORTAL, 200),
    Entry("/purchases", marked("Purchases"), "package", READ_PURCHASES, Audience.PORTAL, 300),
    Entry("/rewards", marked("Rewards"), "gift", READ_REWARDS, Audience.PORTAL, 320),
    Entry("/orders", marked("Orders"), "truck", READ_ORDERS, Audience.PORTAL, 330),
    Entry("/submissions", marked("Reported purchases"), "file-text", READ_SUBMISSIONS, Audience.PORTAL, 350),
    Entry("/enquiries", marked("Enquiries"), "inbox", READ_ACCOUNT, Audience.PORTAL, 400),
    Entry("/profile", marked("Profile"), "user-round", READ_PROFILE, Audience.PORTAL, 900),
)
