"""The pages of the guest list: one table to edit, files in and out, the last import undone.

They stand above the parts whose facts they show: answers, and records in which a city stands.
"""
