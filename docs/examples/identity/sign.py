"""Signs a customer's id for Bearing.

In a server: `from sign import sign`. As a command: `BEARING_IDENTITY_SECRET=… python3 sign.py cust-42` prints the
signature.
"""

import hashlib
import hmac
import os
import sys


def sign(secret: str, customer: str) -> str:
    """The signature of `customer`, the id exactly as the page will send it; `secret` as Bearing printed it."""
    if not secret:
        raise ValueError("the identity secret is empty")
    if not customer:
        raise ValueError("the customer id is empty")
    return hmac.new(secret.encode(), customer.encode(), hashlib.sha256).hexdigest()


if __name__ == "__main__":
    try:
        # Whatever the locale says, what was typed is UTF-8.
        customer = os.fsencode(sys.argv[1]).decode() if len(sys.argv) > 1 else ""
        print(sign(os.environ.get("BEARING_IDENTITY_SECRET", ""), customer))
    except ValueError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
