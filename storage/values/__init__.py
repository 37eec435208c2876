"""The values that storage takes and gives: plain dataclasses, without SQLAlchemy."""
