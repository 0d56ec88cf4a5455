"""Action items after the session: progress, reminders, the list that carries over."""
