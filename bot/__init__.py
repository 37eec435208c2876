"""The Directory Sync bot: docs/architecture.md walks through its rooms."""
