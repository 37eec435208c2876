"""A Webex of our own on localhost: the part of its API the bot uses, over real HTTP.

The state lives in plain objects (`World` and its parts), `api/` puts HTTP in front of it, `server.Sandbox` runs both,
and `faults` makes it misbehave on request. Where Webex is silent about something, the docstring says what we chose.
"""
