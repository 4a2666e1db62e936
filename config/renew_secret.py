"""`python -m config.renew_secret KIND`: a new secret before those that hold (docs/operations/secrets.md)."""

import sys

from config.settings.base import SECRET_KINDS, VAR_DIR, renew_secret


def main(arguments: list[str]) -> str:
    """Renew the secret of the kind that is named; returns what to print, or exits where it is none."""
    if len(arguments) != 1 or arguments[0] not in SECRET_KINDS:
        sys.exit(f"Nothing was renewed: name one of {', '.join(SECRET_KINDS)}.")
    renew_secret(arguments[0])
    return (
        f"{VAR_DIR / 'secrets' / arguments[0]} begins with a new secret. It holds when all processes were started anew."
    )


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
