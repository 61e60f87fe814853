"""Money beside points: begun with a provider, known by looking it up, booked once, and paid back under a key."""
