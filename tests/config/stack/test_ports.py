"""Ports: claimed once, refused with cause and remedy. Hosts: shown as browsers write them."""

import socket

import pytest

from config.stack.ports import CHOICE, claim, shown_host, wanted_or_free_port

HOST = "127.0.0.1"


def test_two_claims_get_two_ports_before_either_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)

    first, second = wanted_or_free_port(HOST), wanted_or_free_port(HOST)

    assert first.number != second.number
    assert {first.number, second.number} <= set(CHOICE)
    first.claim.close()
    second.claim.close()


def test_a_port_is_free_again_when_its_claim_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    first = wanted_or_free_port(HOST)
    with pytest.raises(OSError, match="in use"):
        claim("0.0.0.0", first.number)  # noqa: S104 -- nothing listens

    first.claim.close()

    claim(HOST, first.number).claim.close()


def test_a_port_that_somebody_listens_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))

        with pytest.raises(SystemExit, match=rf"port {port} of {HOST}: .*in use\. Nothing was started\. Set PORT"):
            wanted_or_free_port(HOST)


@pytest.mark.parametrize("number", ["0", "-1", "65536", "http"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv("PORT", number)

    with pytest.raises(SystemExit, match="no port has this number"):
        wanted_or_free_port(HOST)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        *((host, "localhost") for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "0:0:0:0:0:0:0:1")),  # noqa: S104 -- nothing listens
        ("127.0.0.2", "127.0.0.2"),
        ("192.168.1.20", "192.168.1.20"),
        ("2001:DB8::0:1", "[2001:db8::1]"),
        ("office-pc.example", "office-pc.example"),
    ],
)
def test_the_host_that_is_shown_is_one_that_is_listened_on(host: str, shown: str) -> None:
    assert shown_host(host) == shown
