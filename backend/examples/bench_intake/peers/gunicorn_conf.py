"""Where gunicorn serves a peer: on a free port of this machine, which it writes down once it listens."""

import os
from pathlib import Path

bind = "127.0.0.1:0"
# A clean end: what is under way is finished, and nobody waits longer than this for it.
graceful_timeout = 5
# It would be a file in the home folder.
control_socket_disable = True


def when_ready(server):
    folder = Path(os.environ["PEER_FOLDER"])
    half = folder / "port.new"
    half.write_text(str(server.LISTENERS[0].getsockname()[1]))
    # Whoever looks must never see half of it.
    half.rename(folder / "port")
