"""What tests of the addresses for machines begin with."""

from tests.factories.scenes import gate, noon, prime

__all__ = ["gate", "noon", "prime"]
