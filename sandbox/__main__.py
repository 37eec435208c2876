"""The sandbox alone, python -m sandbox [--port 8181] [--sync-seconds 8], or with the bot, python -m sandbox demo."""

import argparse
import errno
import signal
import sys
from threading import Event

from sandbox import demo
from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; returns the exit code, 2 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Webex of our own on localhost.")
    parser.add_argument("--port", type=int, default=8181, help="where to listen (0: any free port)")
    parser.add_argument("--sync-seconds", type=float, default=8.0, help="how long a directory sync takes")
    parser.set_defaults(bot_port=None)
    together = parser.add_subparsers(title="together with the bot").add_parser("demo", help="run the bot as well")
    together.add_argument("--port", dest="bot_port", type=int, default=8080, help="where the bot listens")
    together.add_argument("--sandbox-port", dest="port", type=int, default=8181, help="where the sandbox listens")
    options = parser.parse_args(arguments)
    sandbox = Sandbox(options.port, sync_seconds=options.sync_seconds)
    try:
        sandbox.start()
    except (OSError, OverflowError) as error:
        print(_cannot_listen(options.port, error, options.bot_port), file=sys.stderr)
        return 2
    if options.bot_port is not None:
        try:
            return demo.run(sandbox, options.bot_port)
        finally:
            sandbox.stop()
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    print(f"The sandbox listens on {sandbox.url}")
    print(f"A token is an e-mail address: {BOT} is the bot, {PARTNER_ADMIN} the provider's administrator.")
    print("Ctrl-C ends it.", flush=True)
    interrupted.wait()
    sandbox.stop()
    return 0


def _cannot_listen(port: int, error: Exception, bot_port: int | None) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        option = "--port" if bot_port is None else "--sandbox-port (make demo SANDBOX_PORT=…)"
        return f"Port {port} is in use by another program: stop that one, or choose another with {option}."
    return f"Cannot listen on port {port}: {error}"


if __name__ == "__main__":
    sys.exit(main())
