"""What the bot keeps: tables, and plain functions that take a session and never commit."""
