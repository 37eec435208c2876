"""The HTTP API of the sandbox: one blueprint per part of the Webex API."""
