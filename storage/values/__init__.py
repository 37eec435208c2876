"""The values that storage takes and returns: plain dataclasses, without SQLAlchemy."""
