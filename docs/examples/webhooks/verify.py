import base64
import hashlib
import hmac
import time


def verify(secret: str, headers: dict, body: bytes, tolerance: int = 300) -> bool:
    """Whether Bearing sent this: `body` as the bytes that came, header names in lower case."""
    message_id, sent = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(sent)) > tolerance:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, f"{message_id}.{sent}.".encode() + body, hashlib.sha256).digest())
    signatures = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(b"v1," + wanted, signature.encode()) for signature in signatures)


# As a command: WEBHOOK_SECRET=whsec_… verify.py ID TIMESTAMP SIGNATURES < body
if __name__ == "__main__":
    import os
    import sys

    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    sys.exit(not verify(os.environ["WEBHOOK_SECRET"], dict(zip(names, sys.argv[1:4])), sys.stdin.buffer.read()))
