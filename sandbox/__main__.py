"""The sandbox alone, python -m sandbox [--port 8181] [--sync-seconds 8], or with the bot, python -m sandbox demo."""

import argparse
import signal
import sys
from threading import Event

from sandbox.demo import ports
from sandbox.demo.run import run_demo
from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; returns the exit code, 2 where a port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Webex of our own on localhost.")
    parser.add_argument("--port", default="8181", help="where to listen (0: any free port)")
    parser.add_argument("--sync-seconds", type=float, default=8.0, help="how long a directory sync takes")
    parser.set_defaults(bot_port=None)
    together = parser.add_subparsers(title="together with the bot").add_parser("demo", help="run the bot as well")
    together.add_argument("--port", dest="bot_port", default="8080", help="where the bot listens")
    together.add_argument("--sandbox-port", dest="port", default="8181", help="where the sandbox listens")
    options = parser.parse_args(arguments)
    try:
        if options.bot_port is None:
            return _alone(ports.number(options.port, ports.ALONE), options.sync_seconds)
        bot_port, port = ports.two(options.bot_port, options.port)
        sandbox = _started(port, options.sync_seconds, ports.SANDBOX)
        try:
            return run_demo(sandbox, bot_port)
        finally:
            sandbox.stop()
    except ports.PortFault as fault:
        print(fault, file=sys.stderr)
        return 2


def _started(port: int, sync_seconds: float, option: str) -> Sandbox:
    try:
        return Sandbox(port, sync_seconds=sync_seconds).start()
    except OSError as error:
        raise ports.fault(port, error, option) from None


def _alone(port: int, sync_seconds: float) -> int:
    sandbox = _started(port, sync_seconds, ports.ALONE)
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    print(f"The sandbox listens on {sandbox.url}")
    print(f"A token is an e-mail address: {BOT} is the bot, {PARTNER_ADMIN} the provider's administrator.")
    print("Ctrl-C ends it.", flush=True)
    interrupted.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
