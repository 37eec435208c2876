"""A token that gives way to the next one of a list."""


class Renewing:
    """A token with successors; `refused` is each token that a client said Webex had refused."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.refused: list[str] = []

    def current(self) -> str:
        return self._tokens[0]

    def renewed(self, refused: str) -> str | None:
        self.refused.append(refused)
        return self.next()

    def next(self) -> str | None:
        """Replace the token by the next one, and return it; None if it is the last."""
        if len(self._tokens) == 1:
            return None
        self._tokens.pop(0)
        return self._tokens[0]
