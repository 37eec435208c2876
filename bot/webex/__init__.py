"""Everything that knows Webex: calls, answers, errors, addresses and signatures."""
