"""The pages of the agenda: building it, releasing it to those concerned, the sheets to print.

They stand above the invitations because they gather: who speaks hangs on the answers.
"""
