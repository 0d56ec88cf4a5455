"""Data of persons: what is stored and why, taking out or erasing one person's, and what goes after its time."""
