"""Who is at the keyboard, how that was proven, and what the session may do."""
