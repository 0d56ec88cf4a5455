"""Searching the records that a user may read."""
