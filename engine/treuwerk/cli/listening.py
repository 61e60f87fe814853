"""The address that a server listens on."""

import socket


class PortTaken(LookupError):
    """Another program listens there."""


def listening(host: str, port: int) -> socket.socket:
    """A socket on this address.

    Raises:
        PortTaken: naming the address and the next step.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None
    return listener
