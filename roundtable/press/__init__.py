"""Press summaries: composed from the approved record, published as pages and PDF."""
