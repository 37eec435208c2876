"""All that the bot knows about Webex: its calls, answers, errors, addresses and signatures."""
