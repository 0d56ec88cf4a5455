"""How long the other end of a connection may say nothing at all before it is taken for gone.

A machine that loses its power closes no connection. Without these limits whoever waits for its answer waits two hours.
They do not limit an answer that takes long: a machine that is there says so to each question of the network.
"""

import socket

IDLE_SECONDS = 20
INTERVAL_SECONDS = 10
COUNT = 3
UNANSWERED_SECONDS = 40
"""The same for what was sent and has not been received (RFC 5482); where the system knows it."""


def for_libpq() -> dict[str, int]:
    """Return the limits as PostgreSQL's library takes them (its manual, 32.1.2)."""
    return {
        "keepalives_idle": IDLE_SECONDS,
        "keepalives_interval": INTERVAL_SECONDS,
        "keepalives_count": COUNT,
        "tcp_user_timeout": UNANSWERED_SECONDS * 1000,
    }


def for_sockets() -> dict[int, int]:
    """Return the limits as options of a TCP socket, those that the system knows."""
    wanted = {
        "TCP_KEEPIDLE": IDLE_SECONDS,
        "TCP_KEEPINTVL": INTERVAL_SECONDS,
        "TCP_KEEPCNT": COUNT,
        "TCP_USER_TIMEOUT": UNANSWERED_SECONDS * 1000,
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}
