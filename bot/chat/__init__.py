"""The values that a command works with: messages, requests, replies, and typed text taken apart."""
