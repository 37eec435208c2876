"""The BroadWorks part of the sandbox: enterprises, subscribers and syncs."""
