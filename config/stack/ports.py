"""Where the server listens: the host that is shown, and the port, claimed for as long as we live.

Two servers that both ask for it may listen on one port, and each gets a part of the visitors. So a look whether a port
is free is not enough while two of us start at once: each claims its port by a name that the kernel gives only once.
"""

import os
import socket
import sys
from dataclasses import dataclass
from ipaddress import ip_address

POSSIBLE, CHOICE = range(1, 65536), range(8000, 8100)
LOCALHOST = ("127.0.0.1", "::1")
REMEDY = "Nothing was started. Set PORT to one that is free, or leave it out: then a free one is looked for."


def shown_host(host: str) -> str:
    """The host in the addresses of pages that are served on HOST, as browsers write it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host  # a name
    if address.is_unspecified or str(address) in LOCALHOST:
        return "localhost"
    return f"[{address}]" if ":" in host else host


@dataclass(frozen=True)
class ClaimedPort:
    """A port that nobody listened on and that is ours until this object ends."""

    number: int
    claim: socket.socket


def claim(host: str, number: int) -> ClaimedPort:
    """Claim a port; OSError when somebody else has it."""
    sign = socket.socket(socket.AF_UNIX)
    try:
        sign.bind(f"\0ccus-registry-port-{number}")  # no file: it ends with us, however we end
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
    except OSError:
        sign.close()
        raise
    return ClaimedPort(number, sign)


def wanted_or_free_port(host: str) -> ClaimedPort:
    """The port that PORT asks for, or the first from 8000 on that nobody has."""
    if wanted := os.environ.get("PORT"):
        cause: str | None = "no port has this number"
        try:
            if int(wanted) in POSSIBLE:
                return claim(host, int(wanted))
        except ValueError:
            pass
        except OSError as error:
            cause = error.strerror
        sys.exit(f"The server cannot listen on port {wanted} of {host}: {cause}. {REMEDY}")
    cause = None
    for number in CHOICE:
        try:
            return claim(host, number)
        except OSError as error:
            cause = error.strerror
    sys.exit(f"The server cannot listen on any port from {CHOICE[0]} to {CHOICE[-1]} of {host}: {cause}. {REMEDY}")
