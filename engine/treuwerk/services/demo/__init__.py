"""The demo of a bundle, built by the services that people use."""
