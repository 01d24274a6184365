"""Ends with a sentence a person understands when nothing can be served on the port named."""

import socket
import sys

port = sys.argv[1]
with socket.socket() as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("127.0.0.1", int(port)))
    except (ValueError, OverflowError):
        sys.exit(f"PORT={port} is not a port: give a number from 1024 to 65535.")
    except PermissionError:
        sys.exit(f"Port {port} is reserved to the administrator: try `make demo PORT=8000`.")
    except OSError:
        sys.exit(
            f"Port {port} is taken, perhaps by another demo: try `make demo PORT={int(port) + 1}`."
        )
