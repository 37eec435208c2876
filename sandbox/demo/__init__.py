"""The demo: the sandbox and the bot together."""
