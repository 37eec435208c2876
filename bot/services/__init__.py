"""What several commands share, and that reads storage."""
