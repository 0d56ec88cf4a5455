"""What a browser is called on the list of sign-ins."""


def called(user_agent: str) -> str:
    """Return browser and system in words, such as `Firefox · Windows`; nothing where they are unknown."""
    # Its table of browsers takes a while to load, and one page shows it.
    from ua_parser import parse  # noqa: PLC0415

    found = parse(user_agent[:300])
    names = [part.family for part in (found.user_agent, found.os) if part and part.family != "Other"]
    return " · ".join(names)
