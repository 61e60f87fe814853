"""Orders that are written together wait for nobody, on PostgreSQL; see `store.orders_at_once`.

The body is written here and nowhere else. A later release that wants another one replaces it in a step of its own.
"""

from alembic import op

revision = "0064"
down_revision = "0061"
branch_labels = None
depends_on = None

_PARAMETERS = (
    "_account bigint, _group text, _country text, _rewards text[], _versions bigint[], "
    "_catalogue bigint, _tier_units text[], _tier_versions bigint[], _unit text, _now bigint, _day text, _actor text, "
    "_cause text, _keeps_until bigint, _bucket bigint, _number bigint, _keys text[], _evidences text[], "
    "_amounts bigint[], _order json, _lines json, _event json, _entry json, _message_id bigint, _topic text, "
    "_message text, _promotions text[], _given bigint[], _variants text[], _pieces bigint[]")
_NAMES = ", ".join(parameter.split()[0] for parameter in _PARAMETERS.split(", "))

# A group of orders keeps its locks until all of it is committed. If it waited for one, everybody in it would wait, and
# two groups could wait for each other. So it takes what is free at once, and who needs more gets NULL and goes alone.
# What would fail behind the first line that is written is looked at before: an error would be one of the whole group.
_BODY = f"""
DECLARE
    _spendable bigint;
    _free bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(_account) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM participant p WHERE p.account_id = _account FOR SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT count(*), sum(b.posted) FILTER (WHERE b.unit = _unit) INTO _free, _spendable FROM (
        SELECT o.unit, o.posted FROM balance o WHERE o.account_id = _account FOR UPDATE SKIP LOCKED) b;
    IF _free <> (SELECT count(*) FROM balance b WHERE b.account_id = _account)
            OR _spendable < (SELECT sum(a) FROM unnest(_amounts) a) THEN
        RETURN NULL;
    END IF;
    SELECT count(*) INTO _free FROM (
        SELECT 1 FROM reward r WHERE r.number = ANY (_rewards) FOR SHARE SKIP LOCKED) r;
    IF _free <> cardinality(_rewards) THEN
        RETURN NULL;
    END IF;
    FOR _at IN 1 .. cardinality(_promotions) LOOP
        PERFORM 1 FROM promotion_budget b WHERE b.code = _promotions[_at]
            AND (b.budget = 0 OR b.spent + _given[_at] <= b.budget) FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END LOOP;
    FOR _at IN 1 .. cardinality(_variants) LOOP
        PERFORM 1 FROM reward_stock s WHERE s.variant = _variants[_at] AND s.on_hand - s.reserved >= _pieces[_at]
            FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN treuwerk_order({_NAMES});
END
"""


def upgrade() -> None:
    """Apply this step."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        connection.exec_driver_sql(
            f"CREATE FUNCTION treuwerk_order_if_free({_PARAMETERS}) RETURNS bigint LANGUAGE plpgsql VOLATILE "
            f"SECURITY INVOKER SET search_path = {schema}, pg_temp AS $body${_BODY}$body$".replace("%", "%%"))


def downgrade() -> None:
    """Take this step back."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION treuwerk_order_if_free")
