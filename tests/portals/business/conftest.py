from tests.factories.shared import shared
from tests.factories.site_days import Place

place = shared(Place)
