"""Operations for partners' systems: no cookies, no pages, errors as problem details (RFC 9457)."""
