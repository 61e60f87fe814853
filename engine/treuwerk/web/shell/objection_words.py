"""What speaks against a reward, for the collection of texts: pages translate the words of objections as they come.

They are written where no page is: in the domain, and in the constraints that come along with the engine.
"""

from treuwerk.web.shell.marking import marked

WORDS = (
    marked("There is no reward with the number %(variant)s."), marked("The reward is not published."),
    marked("The reward is not on offer on this day."), marked("The reward can be redeemed from %(day)s on."),
    marked("The reward could be redeemed until %(day)s."), marked("The reward is not delivered to %(country)s."),
    marked("The reward is for other groups of participants."),
    marked("The reward is there from the status %(tier)s on."), marked("The reward has no price."),
    marked("“%(kind)s” is none of the programme's kinds of rewards."),
    marked("The constraint “%(constraint)s” could not be checked: %(failure)s."),
    marked("It belongs to a world that is not open to this participant."),
    marked("It can be ordered from %(day)s on."), marked("It could be ordered until %(day)s."),
    marked("There is no proof of origin."),
    marked("The proof of origin says “%(found)s”, expected one of: %(expected)s."),
    marked("It comes from %(country)s, which is none of the countries that count."),
    marked("The proof of origin names no document."), marked("The proof of origin is valid from %(day)s on."),
    marked("The proof of origin ended on %(day)s."),
    marked("It costs %(found)s points, at most %(most)s are allowed."), marked("Its value is not known."),
    marked("It is worth %(found)s, at most %(most)s is allowed."),
    marked("It is not offered to this group of participants."), marked("Nothing proves the claim “%(claim)s”."),
    marked("The proof of “%(claim)s” is valid from %(day)s on."), marked("The proof of “%(claim)s” ended on %(day)s."),
    marked("“%(claim)s” is a generic environmental claim."),
)
"""All of them."""
