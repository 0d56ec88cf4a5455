"""Conferences, their bodies, members and meetings."""
