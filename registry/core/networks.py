"""Addresses of machines on the network, as far as anybody is told apart by them."""

from ipaddress import IPv6Address, ip_address, ip_network

V4_BITS, V6_BITS = 24, 56  # what one household, firm or mast usually has


def network_of(address: str) -> str:
    """The network of an address, /24 or /56; an IPv4 address that came over IPv6 is what it is."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket of the own machine has none
        return ""
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    return str(ip_network((found, V4_BITS if found.version == 4 else V6_BITS), strict=False))  # noqa: PLR2004 -- IPv4
