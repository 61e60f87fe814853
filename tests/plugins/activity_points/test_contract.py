"""The rule keeps what every earning rule must keep, also among events that are none of its business."""

from treuwerk.testing.contract import check_earning_rule
from treuwerk_activity_points import ActivityPoints, ActivityPointsSettings


def test_it_keeps_the_contract_of_earning_rules() -> None:
    check_earning_rule(ActivityPoints(ActivityPointsSettings(unit="bonus", activity="seminar", points=500)))
