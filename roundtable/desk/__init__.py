"""The minute taker's desk: what happens while the meeting goes on, live."""
