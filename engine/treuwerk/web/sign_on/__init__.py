"""Single sign-on: the ways to identity providers and back."""
