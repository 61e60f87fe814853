"""SolarWorld League, a bundle for Treuwerk: programme file, article master, cases and a seeded demo."""
