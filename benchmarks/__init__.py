"""Measurements, behind ./script/bench; what each row means stands in docs/performance.md."""
