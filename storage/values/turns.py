"""Whose turn a row takes in the queues that all share: an enterprise's id, or one of the turns here."""

OTHERS = 0
"""The turn of what belongs to no enterprise, such as what strangers write: all of it shares one turn."""

OPERATORS = -1
"""The turn of what operators write."""

SILENT = -2
"""The turn of what people without rights write while they are not answered.

It is not the turn of others, because there the first message of an admin waits: their id is not known yet.
"""

WITHOUT_RIGHTS = (OTHERS, SILENT)
"""The turns of events whose sender is not known to have rights."""

BEFORE_ALL = SILENT - 1
"""Less than every turn."""

AFTER_ALL = 2**63 - 1
"""More than every turn."""
