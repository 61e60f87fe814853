"""Which passwords are taken."""

import pytest

from treuwerk.services.identity.passwords import WeakPassword, check_password


@pytest.mark.parametrize(("password", "code"), [
    ("elevenchars", "short"), ("x" * 257, "long"), ("xx anna@example.org xx", "login"), ("anna@example", "login"),
    ("passwordpassword", "common"), ("Password1234", "common"), ("Passwort2026", "common"), ("qwertzuiop123", "common"),
    ("123456789012", "common"), ("aaaaaaaaaaaaaaaa", "common"), ("121212121212", "common"),
])
def test_weak_passwords_are_refused_with_the_reason(password: str, code: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_password(password, "Anna@Example.org")

    assert caught.value.code == code


@pytest.mark.parametrize("password", ["Sonne über dem Dach", "correct horse battery", "a1f4-77b2-9c0e-1d2c",
                                      "  spaces  too  "])
def test_words_and_random_letters_are_taken(password: str) -> None:
    check_password(password, "anna@example.org")
