"""What the business is made of. Pure: no files, no database, no clock, no plugin manager."""
