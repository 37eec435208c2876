"""From something asked to its outcome: who may, how much, and what is written down."""
