import pytest
import time_machine

from registry.papers.models import Paper
from registry.papers.states import KEPT_FOR, PaperState
from registry.papers.tasks import make_paper, tidy_papers
from tests.factories.cast import NOW
from tests.registry.papers.test_operations import a_paper

pytestmark = pytest.mark.django_db


def test_the_job_makes_the_paper_and_the_broom_throws_it_away() -> None:
    _viewer, paper_id = a_paper()
    with time_machine.travel(NOW, tick=False):
        make_paper(paper_id)
    assert Paper.objects.get(pk=paper_id).state == PaperState.MADE
    with time_machine.travel(NOW + KEPT_FOR, tick=False):
        tidy_papers(0)
    assert Paper.objects.get(pk=paper_id).state == PaperState.EXPIRED
