"""The forms in which editors write, and the page as it would be."""
