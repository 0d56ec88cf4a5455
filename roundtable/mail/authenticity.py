"""Who really sent a mail, as our own mail server has judged it (RFC 8601)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """One judgement: `dkim`, `pass`, and what it was about (`header.d` -> `example.org`)."""

    method: str
    value: str
    properties: dict[str, str] = field(default_factory=dict)


def is_authentic(headers: list[str], trusted_server: str, sender: str) -> bool:
    """Whether the sender's domain vouches for the mail, by the word of the trusted server alone.

    Only the topmost Authentication-Results counts, and only if the trusted server wrote it: everything
    below may have come with the mail. DMARC, or DKIM or SPF of the sender's own domain or one above it.
    """
    domain = sender.rpartition("@")[2].lower()
    if not headers or not trusted_server or not domain:
        return False
    server, results = parsed(headers[0])
    if server != trusted_server.lower():
        return False
    return any(result.value == "pass" and _vouches(result, domain) for result in results)


def _vouches(result: Result, domain: str) -> bool:
    named = {
        "dmarc": result.properties.get("header.from", ""),
        "dkim": result.properties.get("header.d") or result.properties.get("header.i", ""),
        "spf": result.properties.get("smtp.mailfrom", ""),
    }.get(result.method, "")
    own = named.rpartition("@")[2].lower().strip(".")
    if result.method == "dmarc":
        return own == domain
    return "." in own and (own == domain or domain.endswith(f".{own}"))


def parsed(header: str) -> tuple[str, list[Result]]:
    """Return the server's name and its judgements; what cannot be read is left out."""
    pieces = _pieces(header)
    server = pieces[0].split()[0].lower() if pieces and pieces[0].split() else ""
    results = []
    for piece in pieces[1:]:
        words = [_pair(word) for word in piece.split()]
        if not words or not words[0][1]:
            continue
        method, value = words[0]
        properties = {name: content for name, content in words[1:] if content}
        results.append(Result(method.partition("/")[0], value.lower(), properties))
    return server, results


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.strip().lower(), value.strip().replace("\x00", "").replace('"', "")


def _pieces(header: str) -> list[str]:
    """Split at `;`, without comments; nothing inside quotes or comments splits or pairs anything."""
    pieces, current, depth, quoted, escaped = [], "", 0, False, False
    for letter in header:
        if escaped:
            escaped = False
            current += "" if depth else _inside_quotes(letter)
        elif letter == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = letter != '"'
            current += _inside_quotes(letter)
        elif letter == "(":
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        elif depth:
            continue
        elif letter == '"':
            quoted = True
            current += letter
        elif letter == ";":
            pieces.append(current)
            current = ""
        else:
            current += letter
    return [*pieces, current]


def _inside_quotes(letter: str) -> str:
    # Blanks and equals signs in quotes part nothing; no domain holds what stands for them.
    return "\x00" if letter.isspace() or letter in "=;" else letter
