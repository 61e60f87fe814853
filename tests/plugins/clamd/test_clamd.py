"""The scanner asks a daemon that speaks clamd's protocol, and never takes silence for a yes."""

import socket
from io import BytesIO
from pathlib import Path

import pytest

from tests.support.clamd import listening
from tests.support.pictures import EICAR, photo
from treuwerk.domain.uploads import ScannerUnavailable
from treuwerk_clamd import upload_scanners
from treuwerk_clamd.scanner import Clamd
from treuwerk_clamd.settings import ClamdSettings


def test_it_is_offered_by_name() -> None:
    [kind] = upload_scanners()

    assert kind.name == "clamd"
    assert isinstance(kind.build(kind.settings()), Clamd)


def test_a_clean_file_is_clean_whatever_its_size() -> None:
    with listening() as daemon:
        scanner = Clamd(ClamdSettings(port=daemon.port))

        found = [scanner.scan(BytesIO(content)) for content in (b"", photo(), bytes(300_000))]

    assert found == ["", "", ""]


def test_what_is_found_is_named() -> None:
    with listening() as daemon:
        assert Clamd(ClamdSettings(port=daemon.port)).scan(BytesIO(EICAR)) == "Eicar-Signature"


def test_it_speaks_over_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd.ctl")

    with listening(path):
        scanner = Clamd(ClamdSettings(socket=path))

        assert scanner.answers() == "ClamAV 1.4.3/27800"
        assert scanner.scan(BytesIO(EICAR)) == "Eicar-Signature"


def test_nobody_there_is_no_yes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(ScannerUnavailable, match=rf"clamd at 127.0.0.1:{port} cannot be asked: .*; start it"):
        Clamd(ClamdSettings(port=port)).scan(BytesIO(b"x"))


def test_silence_is_no_yes() -> None:
    with listening() as daemon:
        daemon.mode = "silent"

        with pytest.raises(ScannerUnavailable, match="cannot be asked"):
            Clamd(ClamdSettings(port=daemon.port, seconds=1)).scan(BytesIO(b"x"))


def test_a_daemon_that_refuses_the_size_is_no_yes() -> None:
    with listening() as daemon:
        daemon.mode = "full"

        with pytest.raises(ScannerUnavailable, match=r"size limit exceeded.*StreamMaxLength"):
            Clamd(ClamdSettings(port=daemon.port)).scan(BytesIO(b"x"))


def test_a_yes_to_a_part_is_no_yes_to_the_whole() -> None:
    with listening() as daemon:
        daemon.mode = "hasty"

        with pytest.raises(ScannerUnavailable, match="closed the connection"):
            Clamd(ClamdSettings(port=daemon.port)).scan(BytesIO(bytes(20_000_000) + EICAR))
