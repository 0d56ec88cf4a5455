"""From where somebody came, in a form that is of use against abuse and points at nobody."""

import ipaddress

_IPV4_BITS, _IPV6_BITS = 24, 48


def shortened(address: str | None) -> str:
    """Return the network of an address: 24 bits of IPv4, 48 of IPv6; nothing where it is none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        found = mapped
    bits = _IPV4_BITS if found.version == 4 else _IPV6_BITS
    return str(ipaddress.ip_network((found, bits), strict=False))
