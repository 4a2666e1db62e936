"""What tests of touches begin with."""

from tests.factories.scenes import gate, noon, prime

__all__ = ["gate", "noon", "prime"]
