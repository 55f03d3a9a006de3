"""Pages: reviewers at /r/, managers and developers at /e/."""
