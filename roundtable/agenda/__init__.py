"""The agenda of a meeting: items, speaking slots and the running order."""
