"""From a request to its outcome: who may, how much, and what is written down."""
