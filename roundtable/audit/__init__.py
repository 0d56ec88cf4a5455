"""The audit log: who changed what, by which link and when, in a chain that shows what is missing."""
