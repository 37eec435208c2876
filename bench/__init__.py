"""Measures the speed of the bot, next to other programs on the same machine."""
