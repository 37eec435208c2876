"""The rules of a sync: its states, its timing, and who is told how it ended. Nothing here reads or writes."""
