"""The license filter language: columns, grammar, refusals and advice."""
