"""What tests of pages begin with."""

from tests.factories.scenes import gate, noon, prime
from tests.factories.shared import as_found

__all__ = ["as_found", "gate", "noon", "prime"]
