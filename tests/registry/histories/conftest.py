"""What tests of histories begin with."""

from tests.factories.scenes import gate, prime

__all__ = ["gate", "prime"]
