"""Verifies messages with the reference library of Standard Webhooks, and prints how many it took and how many it refused.

Usage: webhooks.py, with one JSON object a line on standard input: secret, headers and body (base64).
"""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def is_taken(message: dict) -> bool:
    """Whether the library takes a message for genuine."""
    try:
        Webhook(message["secret"]).verify(base64.b64decode(message["body"]), message["headers"])
    except WebhookVerificationError:
        return False
    return True


def main() -> None:
    taken = [is_taken(json.loads(line)) for line in sys.stdin if line.strip()]
    print(json.dumps({"taken": sum(taken), "refused": len(taken) - sum(taken)}))


if __name__ == "__main__":
    main()
