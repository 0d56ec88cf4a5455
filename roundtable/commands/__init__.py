"""The commands that need no server: each file is one subject."""
