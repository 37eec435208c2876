"""The license filter language: its columns, its grammar, and what the bot says about a filter. Only computes."""
