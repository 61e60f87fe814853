"""The program: called with a list of arguments and no shell, a picture goes in, words come out."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from treuwerk.domain.page_words import DrawnPage, PageReaderUnavailable, Word
from treuwerk_tesseract.settings import TesseractSettings
from treuwerk_tesseract.tsv import NoTable, words_of

_DOTS_PER_INCH = 200  # as the engine draws A4; without it the program guesses from the size of letters
_KEPT = ("PATH", "SYSTEMROOT")
_ANSWER_SECONDS = 10
_MISSING_DATA = ("Error opening data file", "couldn't load any languages", "Failed loading language")


class Tesseract:
    """Reads pages by a program that ends with each page. Its languages are those of the settings."""

    def __init__(self, settings: TesseractSettings) -> None:
        self._settings = settings

    def read(self, page: DrawnPage) -> Sequence[Word]:
        """The words of a page.

        Raises:
            PageReaderUnavailable: the program or one of its languages is missing.
            RuntimeError: it failed on this page.
        """
        own = self._settings
        arguments = ["stdin", "stdout", "-l", "+".join(own.languages), "--psm", str(own.page_segmentation),
                     "--dpi", str(_DOTS_PER_INCH), *self._data(), "-c", "tessedit_create_tsv=1"]
        done = self._run(arguments, page.png, page.seconds)
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode:
            if any(words in said for words in _MISSING_DATA):
                raise PageReaderUnavailable(self._missing(sorted(set(own.languages) - self._installed())))
            raise RuntimeError(f"{own.program} ended with code {done.returncode}: {said[:300]}")
        try:
            return list(words_of(done.stdout.decode("utf-8", "replace"), page.width, page.height))
        except NoTable as error:
            raise RuntimeError(f"{own.program} wrote no table of words: {error}") from None

    def answers(self) -> str:
        """Version and languages of the program.

        Raises:
            PageReaderUnavailable: the program or one of the languages is missing.
        """
        try:
            version = self._run(["--version"], b"", _ANSWER_SECONDS)
            missing = sorted(set(self._settings.languages) - self._installed())
        except RuntimeError as error:
            raise PageReaderUnavailable(str(error)) from None
        words = (version.stdout or version.stderr).decode("utf-8", "replace").splitlines()
        if missing:
            raise PageReaderUnavailable(self._missing(missing))
        return f"{words[0] if words else self._settings.program}, {' '.join(self._settings.languages)}"

    def _installed(self) -> set[str]:
        told = self._run(["--list-langs", *self._data()], b"", _ANSWER_SECONDS)
        return set((told.stdout or told.stderr).decode("utf-8", "replace").split())

    def _data(self) -> list[str]:
        return ["--tessdata-dir", self._settings.data] if self._settings.data else []

    def _missing(self, languages: Sequence[str]) -> str:
        packages = " ".join(f"tesseract-ocr-{language.replace('_', '-').lower()}" for language in languages)
        return (f"{self._settings.program} has no files of {', '.join(languages) or 'its languages'}; install the "
                f"Debian packages {packages or 'tesseract-ocr-eng'}, or take them out of languages")

    def _run(self, arguments: Sequence[str], given: bytes, seconds: int) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run([self._settings.program, *arguments], input=given,  # noqa: S603 - no shell, own settings
                                  capture_output=True, timeout=seconds, env=_environment(os.environ), check=False)
        except FileNotFoundError:
            raise PageReaderUnavailable(f"found no program {self._settings.program!r}; install the Debian package "
                                        "tesseract-ocr, or set program to its path") from None
        except PermissionError:
            raise PageReaderUnavailable(f"found that {self._settings.program!r} may not be started; set program to one "
                                        "that may") from None
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{self._settings.program} had not ended after {seconds} seconds") from None


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours but the way to programs; one thread, since other pages and other work want cores, too."""
    kept = {name: environ[name] for name in _KEPT if name in environ}
    return kept | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
