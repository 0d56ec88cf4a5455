"""Watching over the program: what an administrator must look at, and the addresses for monitors."""
