"""Points by a formula of the integrator, in a small language of its own with exact figures and bounded effort."""
