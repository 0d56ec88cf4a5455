"""Invitations to a meeting, the answers of the offices, and the letters about both."""
