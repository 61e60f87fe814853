"""What every page stands in: middleware, sessions, languages, theme, static files, templates and error pages."""
