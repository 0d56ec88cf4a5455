"""The demonstration: the model case, filled in by the program's own verbs."""
