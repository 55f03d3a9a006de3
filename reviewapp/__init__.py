"""The roof: settings, URLs, the wire to MLflow, the command line. Imported by nobody below.

Nothing is imported here, so that the supervisor, which only needs the standard library, stays
small. `reviewapp.apps` loads the Celery application with Django.
"""
