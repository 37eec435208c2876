"""Whose turn a row takes in the queues that all share: an enterprise's id, or one of the turns here."""

OTHERS = 0
"""The turn of what belongs to no enterprise, such as what strangers write: all of it shares one turn."""

OPERATORS = -1
"""The turn of what operators write."""
