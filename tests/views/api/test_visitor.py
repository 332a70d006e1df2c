"""Whom a request comes from, behind proxies and without."""

from __future__ import annotations

import pytest

from views.api.visitor import address_of


def told(client, *forwarded):
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return address_of({"type": "http", "client": (client, 1), "headers": headers})


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_nobody_is_told_apart_on_this_machine(client):
    assert told(client) is None


def test_whoever_asks_without_a_proxy_is_who_he_is_whatever_he_says():
    assert told("8.8.8.8") == "8.8.8.8"
    assert told("8.8.8.8", "9.9.9.9") == "8.8.8.8"
    assert told("192.168.1.5") == "192.168.1.5"


def test_behind_proxies_the_last_public_address_counts_and_not_what_was_made_up_before_it():
    assert told("10.1.2.3", "9.9.9.9") == "9.9.9.9"
    assert told("10.1.2.3", "1.1.1.1, 9.9.9.9, 10.4.4.4") == "9.9.9.9"
    assert told("127.0.0.1", "1.1.1.1", "9.9.9.9") == "9.9.9.9"
    assert told("10.1.2.3", "nonsense, 192.168.0.1") == "10.1.2.3"


def test_a_household_has_one_address_of_ipv6():
    one, same, other = "2a00:1450:4001:81b::1", "2a00:1450:4001:81b:ffff::2", "2a00:1450:4001:81c::1"
    assert told(one) == told(same) != told(other)


def test_who_cannot_be_told_is_one():
    assert told("") == told("testclient") == "unknown"
    assert address_of({"type": "http", "client": None, "headers": []}) == "unknown"
