"""Minutes go to the offices: circulated, remarked on, approved, amended."""
