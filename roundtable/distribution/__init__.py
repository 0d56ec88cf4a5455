"""Distribution lists: newsrooms that get press summaries by letter, each in its language."""
