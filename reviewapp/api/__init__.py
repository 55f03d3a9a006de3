"""Plumbing of the native REST API; the viewsets are in each app's `api.py`."""
