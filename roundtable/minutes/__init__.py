"""The record of a meeting: attendance and entries, approved and sealed."""
