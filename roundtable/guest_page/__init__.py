"""The one page of a contact, behind the personal link."""
