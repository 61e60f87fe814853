"""The people of a company, by their names."""

from treuwerk.domain.folding import name_key
from treuwerk.store.database import Database
from treuwerk.store.people import people_known_as


def person_named(database: Database, account_id: int, name: str, now: int) -> int:
    """The id of a person of a company; who is not known yet is made."""
    known_as = name_key(name)
    with database.writing() as connection:
        return people_known_as(connection, {(account_id, known_as): name}, now)[account_id, known_as]
