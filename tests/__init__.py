"""The tests of the engine, its plugins and its documentation."""
