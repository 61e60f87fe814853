"""Points are booked: lots, holds, redemptions, expiry, reversals, balances. Nothing here knows why."""
