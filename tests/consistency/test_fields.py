"""Every column of a personal model is decided in its read policy."""

import pytest
from django.db import models

from registry.businesses.models import Business
from registry.businesses.policy import BUSINESS_POLICY
from registry.core.read_policy import ReadPolicy
from registry.workers.models import Worker
from registry.workers.policy import BLOCKS, WORKER_POLICY


@pytest.mark.parametrize(
    ("model", "policy", "beside"), [(Worker, WORKER_POLICY, BLOCKS), (Business, BUSINESS_POLICY, frozenset())]
)
def test_every_column_is_decided(model: type[models.Model], policy: ReadPolicy, beside: frozenset[str]) -> None:
    columns = {field.name for field in model._meta.concrete_fields}
    assert {field.name for field in policy.fields} - beside == columns


def test_the_item_mask_fits_its_column() -> None:
    assert all(len(policy.fields) < 63 for policy in (WORKER_POLICY, BUSINESS_POLICY))
