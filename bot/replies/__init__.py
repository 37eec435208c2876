"""Every sentence the bot says: one file per command, and what they share."""
