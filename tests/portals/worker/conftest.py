from tests.factories.own_days import Own
from tests.factories.shared import shared

own = shared(Own)
