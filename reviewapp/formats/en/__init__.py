"""English, which is what all pages are in."""
