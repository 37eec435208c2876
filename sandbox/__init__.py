"""A Webex on localhost: the part of its API that the bot uses, over real HTTP.

`World` holds the state in plain objects, `api/` serves it over HTTP, `server.Sandbox` runs both, and `faults` adds
failures on request. Where the documents of Webex say nothing, a docstring says what the sandbox does.
"""
