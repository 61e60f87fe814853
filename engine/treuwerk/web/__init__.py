"""The web: one ASGI application for all audiences, server-rendered, complete without JavaScript."""
