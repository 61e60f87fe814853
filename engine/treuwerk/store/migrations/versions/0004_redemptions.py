"""Redemptions where nothing stands in the way become one statement on PostgreSQL; see `store.redemptions`.

The body is written here and nowhere else. A later release that wants another one replaces it in a step of its own.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SIGNATURE = ("treuwerk_redeem(_account bigint, _unit text, _amount bigint, _now bigint, _number bigint, _key text, "
              "_day text, _actor text, _cause text, _evidence text, _keeps_until bigint, _bucket bigint)")

# Each statement of the body sees what was committed while the first ones waited for their locks: in READ COMMITTED a
# VOLATILE function looks anew with each. NULL is said before anything is written.
# The first lock only makes those who redeem on one account stand in line: it is passed on in the order of asking, where
# a row that is awaited by many wakes them all to look at its newest version. The rows are what is locked against others.
# Lots that seem to begin later than now, but not than they were booked, were booked by a clock that was ahead.
# So many lots are enough for nearly everybody, and the limit makes the server read them in the order of their index.
_BODY = """
DECLARE
    _standing record;
    _lot record;
    _part bigint;
    _left bigint := _amount;
    _transactions bigint[];
    _lines bigint[];
    _parts bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(_account);
    FOR _standing IN SELECT b.unit, b.posted, b.deficit, b.keeps_until FROM balance b WHERE b.account_id = _account
            ORDER BY b.unit FOR UPDATE LOOP
        IF _standing.deficit > 0 OR (_standing.unit = _unit
                AND (_standing.posted < _amount OR _standing.keeps_until <= _now)) THEN
            RETURN NULL;
        END IF;
    END LOOP;
    FOR _lot IN SELECT l.transaction_id, l.line, l.remaining, l.active_from, l.expires_at FROM lot l
            WHERE l.account_id = _account AND l.unit = _unit AND l.open AND l.book = 'participant'
            AND (l.active_from <= _now OR l.active_from <= (l.transaction_id / 2097152 + 1577836800000) * 1000 + 999)
            ORDER BY l.expires_at, l.transaction_id, l.line LIMIT 16 LOOP
        IF _lot.expires_at <= _now OR _lot.active_from > _now THEN
            RETURN NULL;
        END IF;
        _part := LEAST(_lot.remaining, _left);
        _transactions := _transactions || _lot.transaction_id;
        _lines := _lines || _lot.line;
        _parts := _parts || _part;
        _left := _left - _part;
        EXIT WHEN _left = 0;
    END LOOP;
    IF _left > 0 THEN
        RETURN NULL;
    END IF;
    _number := GREATEST(_number, (SELECT max(j.id) FROM journal j WHERE j.account_id = _account) + 1);
    INSERT INTO journal VALUES (_account, _number, 'redemption', _key, _day, _now, _actor, _cause, _evidence, '[]', NULL)
        ON CONFLICT (account_id, business_key) DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO posting VALUES
        (_account, _number, 1, 'participant', _unit, -_amount, NULL, NULL, _keeps_until),
        (_account, _number, 2, 'redeemed', _unit, _amount, NULL, NULL, NULL);
    FOR _at IN 1 .. cardinality(_parts) LOOP
        INSERT INTO lot_use VALUES
            (_account, _number, 1, _transactions[_at], _lines[_at], 'participant', _parts[_at]);
        UPDATE lot l SET remaining = l.remaining - _parts[_at], open = l.remaining > _parts[_at]
            WHERE l.account_id = _account AND l.transaction_id = _transactions[_at] AND l.line = _lines[_at];
    END LOOP;
    UPDATE balance b SET posted = b.posted - _amount, keeps_until = GREATEST(b.keeps_until, _keeps_until),
        version = b.version + 1 WHERE b.account_id = _account AND b.unit = _unit;
    INSERT INTO unsealed VALUES (_account, _number);
    INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at) VALUES (_account, _number, _bucket,
        'points_moved', format('{"transaction": "%s", "kind": "redemption", "amounts": {"%s": %s}}',
                               _number, _unit, -_amount), _now);
    RETURN _number;
END
"""


def upgrade() -> None:
    """Apply this step."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        connection.exec_driver_sql(f"CREATE FUNCTION {_SIGNATURE} RETURNS bigint LANGUAGE plpgsql VOLATILE "
                                   f"SECURITY INVOKER SET search_path = {schema}, pg_temp AS $body${_BODY}$body$"
                                   .replace("%", "%%"))


def downgrade() -> None:
    """Take this step back."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION treuwerk_redeem")
