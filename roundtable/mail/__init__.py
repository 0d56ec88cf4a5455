"""Letters: written with the change that causes them, kept in the outbox, handed to a mail server."""
