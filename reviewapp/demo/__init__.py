"""The demo experiment of a first start: hand-written traces, label schemas and sessions."""
