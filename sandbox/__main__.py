"""Runs the sandbox: alone with `python -m sandbox [--port 8181] [--sync-seconds 8]`, with the bot with `... demo`."""

import argparse
import os
import signal
import sys
from threading import Event

from sandbox.demo import ports
from sandbox.demo.run import run_demo
from sandbox.seed import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C. Return the exit code; 2 if a port cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A Webex on localhost for trying out the bot."
    )
    parser.add_argument("--port", default="8181", help="the port to listen on (0: any free port)")
    parser.add_argument("--sync-seconds", type=float, default=8.0, help="how many seconds a directory sync takes")
    parser.set_defaults(bot_port=None)
    demo = parser.add_subparsers(title="with the bot").add_parser("demo", help="run the bot too")
    demo.add_argument("--port", dest="bot_port", default="8080", help="the port of the bot")
    demo.add_argument("--sandbox-port", dest="port", default="8181", help="the port of the sandbox")
    options = parser.parse_args(arguments)
    try:
        if options.bot_port is None:
            return _run_alone(ports.parse_port(options.port, ports.ALONE_OPTION), options.sync_seconds)
        bot_port, port = ports.parse_demo_ports(options.bot_port, options.port)
        sandbox = _start_sandbox(port, options.sync_seconds, ports.SANDBOX_OPTION)
        try:
            return run_demo(sandbox, bot_port)
        finally:
            sandbox.stop()
    except ports.PortError as error:
        print(error, file=sys.stderr)
        return 2


def _start_sandbox(port: int, sync_seconds: float, option: str) -> Sandbox:
    try:
        return Sandbox(port, sync_seconds=sync_seconds).start()
    except OSError as error:
        raise ports.cannot_listen(port, error, option) from None


def _run_alone(port: int, sync_seconds: float) -> int:
    sandbox = _start_sandbox(port, sync_seconds, ports.ALONE_OPTION)
    interrupted = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    print(f"The sandbox listens on {sandbox.url}")
    print(f"A token is an e-mail address: {BOT} is the bot, {PARTNER_ADMIN} is the provider's administrator.")
    print(f"An integration, for `python -m bot authorize`: client id {CLIENT_ID}, client secret {CLIENT_SECRET}.")
    print("Ctrl-C stops it.", flush=True)
    interrupted.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    os.umask(0o077)  # the database and the log of the demo are for their owner alone
    sys.exit(main())
