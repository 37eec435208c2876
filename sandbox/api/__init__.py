"""HTTP in front of the world: one blueprint per part of Webex's API, each answer in Webex's shape."""
