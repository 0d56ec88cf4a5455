"""Finding the hour: proposals across zones, a poll among the offices, one act that settles it."""
