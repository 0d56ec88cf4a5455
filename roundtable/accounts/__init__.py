"""Users of the program and how they sign in."""
