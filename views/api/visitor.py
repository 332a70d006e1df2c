"""Whom a request comes from, as far as that can be told: an address, which a whole school may share.

A proxy adds the address that it was asked from at the end of X-Forwarded-For, so what a visitor makes up stands before
it: the last one that is nobody's private network counts, and only where the request itself comes from such a network.
Of IPv6 the first 64 bits count, which are one household's.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.types import Scope


def address_of(scope: Scope) -> str | None:
    """The address of whoever asks; None on this machine itself, where nobody is kept from anything."""
    client = _parsed((scope.get("client") or ("", 0))[0])
    if client is None or client.is_global:
        return _household(client)
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    hops = [_parsed(each) for each in forwarded.split(",")[-20:]]
    told = [each for each in hops if each is not None and each.is_global]
    if told:
        return _household(told[-1])
    return None if client.is_loopback else _household(client)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _household(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return "unknown"
    return address.exploded[:19] if isinstance(address, IPv6Address) else str(address)
