"""What a command speaks in: messages, requests, replies, and how typed words are taken apart."""
