"""Browsers are told by name, whatever else they claim to be."""

import pytest

from treuwerk.web.shell.agents import agent_words

APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(("agent", "words"), [
    (f"Mozilla/5.0 (X11; Linux x86_64) {APPLE} Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, Windows"),
    (f"Mozilla/5.0 (Linux; Android 14; SM-G991B) {APPLE} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
     "Samsung Internet, Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
     "Safari, iPhone"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
     "Safari, macOS"),
    ("python-httpx/0.28", "python-httpx/0.28"), ("", ""),
])
def test_the_name_of_a_browser(agent: str, words: str) -> None:
    assert agent_words(agent) == words
