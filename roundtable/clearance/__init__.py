"""The release of quotes: asked by letter, answered by the office on its page."""
