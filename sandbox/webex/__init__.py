"""The messaging side of the sandbox: people, spaces, messages, cards and webhooks."""
