"""The BroadWorks side of the sandbox: enterprises, subscribers and syncs."""
