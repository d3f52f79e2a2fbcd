"""Command line of the agent.

python3 -m agent          keeps the member in the group
python3 -m agent state    tells the state of the group in words; exit status 1 unless all is well
"""

import os
import signal
import sys
import urllib.error
import urllib.request


def run() -> None:
    """Keep the member in the group until the process is ended."""
    # Here, so that telling the state needs little memory beside the agent that runs.
    from .kubernetes import Pods
    from .loop import Agent, Settings
    from .mysql import Member

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the server has stopped before
    settings = Settings(
        me=os.environ["MEMBER"],
        members=tuple(os.environ["MEMBERS"].split(",")),
        port=int(os.environ["MYSQL_PORT"]),
        probe_port=int(os.environ["PROBE_PORT"]),
        role_label=os.environ["ROLE_LABEL"],
    )
    Agent(settings, Member(settings.port, os.environ["MYSQL_ROOT_PASSWORD"]), Pods()).run()


def tell() -> int:
    """Print what the agent that runs says of the group."""
    address = f"http://127.0.0.1:{os.environ['PROBE_PORT']}/state"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            print(answer.read().decode())
    except urllib.error.HTTPError as error:
        print(error.read().decode())
        return 1
    except OSError as error:
        print(f"the agent does not answer: {error}")
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["state"]:
        sys.exit(tell())
    run()
