"""The meeting page of its organizers: it gathers what the parts above know."""
