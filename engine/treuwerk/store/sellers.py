"""The registry of sellers: what each is known by, and the sellers whose documents are claimed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, false, func, insert, or_, select, text, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.sellers import CODE, Seller, alias_key
from treuwerk.store.master import Saved
from treuwerk.store.tables import purchase_identity, seller, seller_alias

_CLAIMED = """WITH RECURSIVE found(key) AS (
  SELECT MIN(key) FROM purchase_identity WHERE key >= 'purchase|' AND key < 'purchase}}'
  UNION ALL
  SELECT (SELECT MIN(key) FROM purchase_identity
          WHERE key >= substr(found.key, 1, 8 + {position}(substr(found.key, 10), '|')) || '}}' AND key < 'purchase}}')
  FROM found WHERE found.key IS NOT NULL)
SELECT substr(key, 10, {position}(substr(key, 10), '|') - 1) AS part FROM found WHERE key IS NOT NULL"""
_DIALECTS = {"sqlite": text(_CLAIMED.format(position="instr")), "postgresql": text(_CLAIMED.format(position="strpos"))}


def aliases(connection: Connection) -> dict[tuple[str, str], str]:
    """Every alias with the code of its seller."""
    rows = connection.execute(select(seller_alias.c.scheme, seller_alias.c.value, seller_alias.c.code))
    return {(scheme, value): code for scheme, value, code in rows}


def codes(connection: Connection) -> list[str]:
    """The codes of all sellers."""
    return list(connection.execute(select(seller.c.code)).scalars())


def names(connection: Connection, wanted: Collection[str]) -> dict[str, str]:
    """Names of sellers by code, a former code included; of what is no code there is none."""
    codes_ = sorted(wanted)
    former = select(seller_alias.c.value, seller.c.name).join(seller, seller.c.code == seller_alias.c.code).where(
        seller_alias.c.scheme == CODE, seller_alias.c.value.in_(codes_))
    rows = connection.execute(union_all(
        select(seller.c.code, seller.c.name).where(seller.c.code.in_(codes_)), former))
    return {row.code: row.name for row in rows}


def claimed_parts(connection: Connection) -> list[str]:
    """The sellers of all claimed purchases as parts of keys, each once, by a step from one to the next."""
    return list(connection.execute(_DIALECTS[connection.dialect.name]).scalars())


def found(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Which of these aliases are taken, with the code of their seller."""
    if not keys:
        return {}
    both = select(seller_alias.c.scheme, seller_alias.c.value, seller_alias.c.code).where(
        seller_alias.c.value.in_(sorted({value for _, value in keys})))
    return {(scheme, value): code for scheme, value, code in connection.execute(both) if (scheme, value) in keys}


def by_code(connection: Connection, wanted: Collection[str]) -> dict[str, Row[Any]]:
    """Rows of sellers by code, locked where the database can: who changes one sees what others changed."""
    rows = connection.execute(select(seller).where(seller.c.code.in_(sorted(wanted))).order_by(seller.c.code)
                              .with_for_update())
    return {row.code: row for row in rows}


def aliases_of(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """The aliases of one seller in their order."""
    return connection.execute(select(seller_alias).where(seller_alias.c.code == code).order_by(
        seller_alias.c.scheme, seller_alias.c.value)).all()


def like(connection: Connection, typed: str, limit: int) -> Sequence[Row[Any]]:
    """Sellers whose code or folded name begins as typed, or one of whose numbers does, by name."""
    return listed(connection, typed, limit)


def listed(connection: Connection, typed: str, limit: int, skipped: int = 0) -> Sequence[Row[Any]]:
    """A stretch of the sellers in the order of names; those that are like what was typed where something was."""
    rows = select(seller).order_by(seller.c.name, seller.c.code).limit(limit).offset(skipped)
    return connection.execute(rows.where(_alike(typed)) if typed.strip() else rows).all()


def _alike(typed: str) -> ColumnElement[bool]:
    """Without letters and digits nothing is alike: every name holds an empty word."""
    start, number = alias_key("name", typed)[1], "".join(filter(str.isalnum, typed))
    of_name = (seller_alias.c.scheme == "name") & seller_alias.c.value.contains(start, autoescape=True)
    of_number = seller_alias.c.value.startswith(alias_key("id", number)[1], autoescape=True)
    hits = select(seller_alias.c.code).where(or_(
        false(), *([of_name] if start else ()), *([of_number] if number.strip("0") else ())))
    return seller.c.code.in_(hits) | func.lower(seller.c.code).startswith(typed.strip().lower(), autoescape=True)


def aliases_of_all(connection: Connection, wanted: Collection[str]) -> Sequence[Row[Any]]:
    """The aliases of several sellers in their order."""
    return connection.execute(select(seller_alias).where(seller_alias.c.code.in_(sorted(wanted))).order_by(
        seller_alias.c.code, seller_alias.c.scheme, seller_alias.c.value)).all()


def seller_row(connection: Connection, code: str) -> Row[Any] | None:
    """A seller as it is read, and not locked."""
    return connection.execute(select(seller).where(seller.c.code == code)).one_or_none()


def claimed_of(connection: Connection, parts: Collection[str], limit: int) -> Sequence[str]:
    """Keys of purchases whose seller stands in them as one of these parts, so many at most."""
    if not parts:
        return []
    key = purchase_identity.c.key
    ranges = [select(key).where(key >= f"purchase|{part}|", key < f"purchase|{part}}}") for part in sorted(parts)]
    return connection.execute(union_all(*ranges).limit(limit)).scalars().all()


def create(connection: Connection, one: Seller, now: int) -> None:
    """A new seller."""
    connection.execute(insert(seller).values(code=one.code, name=one.name, country=one.country, version=1,
                                             changed_at=now))


def claim_code(connection: Connection, one: Seller, now: int) -> bool:
    """A new seller, unless one of its code is there; whether it was made. Of two at once the later one waits."""
    values = {"code": one.code, "name": one.name, "country": one.country, "version": 1, "changed_at": now}
    made = _insert(connection, seller).values(values).on_conflict_do_nothing().returning(seller.c.code)
    return connection.execute(made).one_or_none() is not None


def claim_aliases(connection: Connection, code: str, written: Mapping[tuple[str, str], str]) -> int:
    """Aliases of a seller that no other one has by now; how many were written."""
    rows = [{"scheme": scheme, "value": value, "code": code, "written_as": as_}
            for (scheme, value), as_ in sorted(written.items())]
    made = _insert(connection, seller_alias).values(rows).on_conflict_do_nothing().returning(seller_alias.c.value)
    return len(connection.execute(made).all()) if rows else 0


def _insert(connection: Connection, table: Any) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def change(connection: Connection, before: Row[Any], one: Seller, now: int) -> None:
    """Another name or country."""
    connection.execute(update(seller).where(seller.c.code == one.code).values(
        name=one.name, country=one.country, version=before.version + 1, changed_at=now))


def put_aliases(connection: Connection, code: str, written: Mapping[tuple[str, str], str]) -> None:
    """More aliases of a seller, by key as they were written."""
    if written:
        connection.execute(insert(seller_alias), [
            {"scheme": scheme, "value": value, "code": code, "written_as": as_}
            for (scheme, value), as_ in sorted(written.items())])


def drop_aliases(connection: Connection, code: str, keys: Collection[tuple[str, str]]) -> None:
    """Take aliases from a seller."""
    for scheme, value in sorted(keys):
        connection.execute(delete(seller_alias).where(
            seller_alias.c.scheme == scheme, seller_alias.c.value == value, seller_alias.c.code == code))


def save_sellers(connection: Connection, rows: Mapping[str, Mapping[str, Any]], now: int) -> Saved:
    """Create or change sellers by code. Aliases are added, and none is taken away: others add some, too."""
    saved, before = Saved(), by_code(connection, set(rows))
    taken = found(connection, {(CODE, code) for code in rows} | {key for row in rows.values()
                                                                  for key in row["aliases"]})
    for code, row in rows.items():
        if merged := taken.get((CODE, code)):
            saved.refused[code] = f"seller {code} was made one with {merged}; give its names and numbers to that one"
            continue
        if foreign := sorted(key for key in row["aliases"] if taken.get(key, code) != code):
            saved.refused[code] = (f"alias {':'.join(foreign[0])} belongs to seller {taken[foreign[0]]}; "
                                   "an alias names one seller")
            continue
        fresh = {key: written for key, written in row["aliases"].items() if key not in taken}
        old = before.get(code)
        one = Seller(code, row["name"], row.get("country", old.country if old else ""))
        if old is None:
            create(connection, one, now)
            saved.created += 1
        elif fresh or (old.name, old.country) != (one.name, one.country):
            change(connection, old, one, now)
            saved.changed += 1
        else:
            saved.unchanged += 1
        put_aliases(connection, code, fresh)
        taken |= dict.fromkeys(fresh, code)
    return saved
