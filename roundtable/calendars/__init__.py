"""Calendar files for the offices."""
