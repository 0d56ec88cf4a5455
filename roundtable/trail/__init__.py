"""The pages of the audit log: a conference's for its organizers, the program's for administrators."""
