"""The integration by which the provider gives the bot access: its tokens, kept encrypted and renewed."""
