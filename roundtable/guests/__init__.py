"""The guest list: cities, participants, their contacts and personal links."""
