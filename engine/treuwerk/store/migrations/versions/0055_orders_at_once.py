"""Orders where nothing stands in the way become one statement on PostgreSQL; see `store.orders_at_once`.

The body is written here and nowhere else. A later release that wants another one replaces it in a step of its own.
"""

from alembic import op

revision = "0055"
down_revision = "0052"
branch_labels = None
depends_on = None

_SIGNATURE = (
    "treuwerk_order(_account bigint, _group text, _country text, _rewards text[], _versions bigint[], "
    "_catalogue bigint, _tier_units text[], _tier_versions bigint[], _unit text, _now bigint, _day text, _actor text, "
    "_cause text, _keeps_until bigint, _bucket bigint, _number bigint, _keys text[], _evidences text[], "
    "_amounts bigint[], _order json, _lines json, _event json, _entry json, _message_id bigint, _topic text, "
    "_message text, _promotions text[], _given bigint[], _variants text[], _pieces bigint[])")

# What was looked at without a lock is looked at again behind the locks: if it is as it was, what was decided by it
# holds. NULL is said before anything is written; later on an error takes back what was, and has a code of its own.
# Locks come in the order that everybody keeps: the owner, the account, the rewards, the budgets, the stock.
_BODY = """
DECLARE
    _before bigint;
    _booked bigint;
    _numbers bigint[];
    _line order_line;
BEGIN
    PERFORM pg_advisory_xact_lock(_account);
    PERFORM 1 FROM participant p WHERE p.account_id = _account AND p.status = 'active' AND p."group" = _group
        AND p.country = _country FOR SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM balance b WHERE b.account_id = _account ORDER BY b.unit FOR UPDATE;
    FOR _at IN 1 .. cardinality(_tier_units) LOOP
        IF COALESCE((SELECT b.version FROM balance b WHERE b.account_id = _account AND b.unit = _tier_units[_at]), 0)
                <> _tier_versions[_at] THEN
            RETURN NULL;
        END IF;
    END LOOP;
    PERFORM 1 FROM reward_order o WHERE o.account_id = _account AND o.key = _order ->> 'key';
    IF FOUND THEN
        RETURN NULL;
    END IF;
    FOR _at IN 1 .. cardinality(_rewards) LOOP
        PERFORM 1 FROM reward r WHERE r.number = _rewards[_at] AND r.version = _versions[_at] FOR SHARE;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END LOOP;
    IF (SELECT COALESCE(max(c.version), 0) FROM catalogue_state c) <> _catalogue THEN
        RETURN NULL;
    END IF;
    SELECT b.posted - b.deficit
        - (SELECT COALESCE(sum(l.remaining), 0) FROM lot l WHERE l.account_id = _account AND l.unit = _unit AND l.open
            AND l.expires_at <= _now AND l.book = 'participant')
        - (SELECT COALESCE(sum(l.remaining), 0) FROM lot l WHERE l.account_id = _account AND l.unit = _unit AND l.open
            AND l.book = 'participant' AND l.active_from > (l.transaction_id / 2097152 + 1577836800000) * 1000 + 999
            AND l.active_from > _now AND l.expires_at + 0 > _now)
        - (SELECT COALESCE(sum(l.remaining), 0) FROM lot l WHERE l.account_id = _account
            AND l.transaction_id >= ((_now / 1000 - 1577836800000) << 21) AND l.unit = _unit
            AND l.book = 'participant' AND l.remaining > 0
            AND NOT l.active_from > (l.transaction_id / 2097152 + 1577836800000) * 1000 + 999
            AND l.active_from > _now AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.account_id = _account
                AND j.id = l.transaction_id AND j.booked_at >= l.active_from) AND l.expires_at > _now)
        INTO _before FROM balance b WHERE b.account_id = _account AND b.unit = _unit;
    FOR _at IN 1 .. cardinality(_amounts) LOOP
        _booked := treuwerk_redeem(_account, _unit, _amounts[_at], _now, _number, _keys[_at], _day, _actor, _cause,
                                   _evidences[_at], _keeps_until, _bucket);
        IF _booked IS NULL AND _at = 1 THEN
            RETURN NULL;
        ELSIF _booked IS NULL THEN
            RAISE EXCEPTION 'line % cannot be paid in one statement', _at USING ERRCODE = 'TW001';
        END IF;
        _numbers := _numbers || _booked;
    END LOOP;
    INSERT INTO reward_order SELECT * FROM json_populate_record(NULL::reward_order, _order);
    FOR _line IN SELECT * FROM json_populate_recordset(NULL::order_line, _lines) LOOP
        _line.transaction_id := _numbers[_line.line];
        INSERT INTO order_line VALUES (_line.*);
    END LOOP;
    INSERT INTO order_event SELECT * FROM json_populate_record(NULL::order_event, _event);
    INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at)
        VALUES (_account, _message_id, _bucket, _topic, _message, _now);
    INSERT INTO audit_entry SELECT * FROM json_populate_record(NULL::audit_entry, _entry);
    FOR _at IN 1 .. cardinality(_promotions) LOOP
        UPDATE promotion_budget b SET spent = b.spent + _given[_at], changed_at = _now
            WHERE b.code = _promotions[_at] AND (b.budget = 0 OR b.spent + _given[_at] <= b.budget);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'promotion % has given away what it may', _promotions[_at] USING ERRCODE = 'TW001';
        END IF;
    END LOOP;
    FOR _at IN 1 .. cardinality(_variants) LOOP
        UPDATE reward_stock s SET reserved = s.reserved + _pieces[_at], version = s.version + 1, changed_at = _now
            WHERE s.variant = _variants[_at] AND s.on_hand - s.reserved >= _pieces[_at];
        IF NOT FOUND THEN
            RAISE EXCEPTION 'too few pieces of %', _variants[_at] USING ERRCODE = 'TW001';
        END IF;
    END LOOP;
    RETURN _before;
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
        connection.exec_driver_sql("DROP FUNCTION treuwerk_order")
