"""SolarWorld League, a bundle for Treuwerk: programme file, article master, cases and a seeded demo."""

from collections.abc import Sequence

from treuwerk.hookspecs import DemoData, hookimpl


@hookimpl
def demo_data() -> Sequence[DemoData]:
    """Offers two years of deliveries and seminars for 40 invented companies."""
    from solarworld_league.demo import LOGINS, write  # every start-up loads this module, the demo alone needs more

    return [DemoData(write, LOGINS)]
