"""A fixed number of points per attended activity."""

import pytest

from tests.support.events import activity, purchase
from treuwerk.domain.earning import Award, fold
from treuwerk_activity_points import ActivityPoints, ActivityPointsSettings

RULE = ActivityPoints(ActivityPointsSettings(unit="bonus", activity="seminar", points=500))


def test_each_attendance_earns_and_nothing_else_does() -> None:
    events = [activity("seminar"), purchase(), activity("fair"), activity("seminar")]

    awards = list(RULE.awards(events))

    assert [(award.event, award.unit, award.points) for award in awards] == [(0, "bonus", 500), (3, "bonus", 500)]


def test_the_explanation_names_the_activity_and_folds_to_the_points() -> None:
    [award] = RULE.awards([activity()])

    assert isinstance(award, Award)
    assert [(step.operation, step.name, step.operand) for step in award.steps] == [("start", "seminar", "500")]
    assert fold(award.steps) == [500]


@pytest.mark.parametrize(("points", "kind", "says"), [(0, "seminar", "'points' must be >= 1: 0"),
                                                      (-5, "seminar", "'points' must be >= 1: -5"),
                                                      (500, "", "Length of 'activity' must be >= 1: 0")])
def test_settings_that_make_no_sense_are_refused(points: int, kind: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ActivityPointsSettings(unit="bonus", activity=kind, points=points)
