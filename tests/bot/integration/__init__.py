"""Tests of the integration's tokens."""
