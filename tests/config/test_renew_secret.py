import stat
from pathlib import Path
from typing import Any

import pytest

from config import renew_secret
from config.settings import base


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (base, renew_secret):
        monkeypatch.setattr(module, "VAR_DIR", tmp_path)
    return tmp_path


def test_the_new_secret_comes_first_and_the_old_ones_stay(var: Path) -> None:
    first = base.kept_secrets("cards")
    for number in (2, 3):
        renew_secret.main(["cards"])
        newest, *others = base.kept_secrets("cards")
        assert (len(others) + 1, others[-1:]) == (number, first)
        assert newest not in others
        assert len(newest) == 64
    assert [path.name for path in (var / "secrets").iterdir()] == ["cards"]
    assert stat.S_IMODE((var / "secrets/cards").stat().st_mode) == 0o600


@pytest.mark.parametrize("arguments", [[], ["card"], ["../cards"], ["cards", "devices"]])
def test_what_is_no_kind_of_secret_renews_nothing(var: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="Nothing was renewed"):
        renew_secret.main(arguments)
    assert not (var / "secrets").exists()


def test_every_secret_of_the_settings_can_be_renewed(settings: Any) -> None:
    kept = {path.name for path in (base.VAR_DIR / "secrets").iterdir()}
    assert set(base.SECRET_KINDS) == kept
    assert base.kept_secrets("django") == [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
