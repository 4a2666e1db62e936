"""Health addresses for machines: `/healthz` says the process lives, `/readyz` that it can do its work."""

from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateWorker

# A job worker gives a sign of life when it starts and every ten seconds; two may be late. Procrastinate itself takes a worker
# that was silent for longer for dead. One that was killed counts as living until then; one that was stopped signs off.
LONGEST_SILENCE = timedelta(seconds=30)


@csrf_exempt
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """The database answers, no migration is missing, a job worker lives; 503 names what is not so."""
    checks = {"database": _database(), "migrations": False, "queue": False}
    if checks["database"]:
        checks["migrations"], checks["queue"] = _migrations(), _queue()
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "unready", "checks": checks}, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _queue() -> bool:
    """Whether anybody does the jobs. The database wrote the signs of life, so its clock judges them."""
    try:
        with transaction.atomic():  # without the tables, the transaction around us goes on
            return ProcrastinateWorker.objects.filter(last_heartbeat__gte=Now() - LONGEST_SILENCE).exists()
    except DatabaseError:
        return False
