from pathlib import Path

import pytest

from reader.importing import FileError, read_csv

GOOD = "12345678901821-01,2026-11-20T07:58:02+09:00,in"


def written(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "touches.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_good_rows_are_read_bad_ones_told_with_their_line(tmp_path: Path, encoding: str) -> None:
    path = written(
        tmp_path, "card,touched_at,direction,備考", f"{GOOD},朝", "12345678901921-01,2026-11-20T07:58:02+09:00,in,",
        "12345678901821-01,2026-11-20 07:58:02,in", "12345678901821-01,きのう,in", "12345678901821-01,2026-11-20T07:58:02Z,up",
        ",,", "12345678901821-01,2026-11-20T17:00:00Z", encoding=encoding,
    )  # fmt: skip
    found = read_csv(path, method="typed", site="12345678901824")
    assert [(one.touched_at, one.direction) for one in found.touches] == [
        ("2026-11-20T07:58:02.000+09:00", "in"), ("2026-11-20T17:00:00.000+00:00", ""),
    ]  # fmt: skip
    words = ["チェックデジット", r"+09:00 がありません", "時刻が読めません", "in、out", "番号がありません"]
    assert [line for line, _ in found.bad] == [3, 4, 5, 6, 7]
    assert [word in message for word, (_, message) in zip(words, found.bad, strict=True)] == [True] * 5


@pytest.mark.parametrize("lines", [[], ["a,b"], [GOOD]])
def test_a_file_without_the_names_of_its_columns_is_not_taken(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(FileError, match="1行目"):
        read_csv(written(tmp_path, *lines), method="typed", site="")


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="読めません"):
        read_csv(tmp_path / "none.csv", method="typed", site="")
    (tmp_path / "image").write_bytes(b"\x89\xff\xfe\x81")
    with pytest.raises(FileError, match="文字コード"):
        read_csv(tmp_path / "image", method="typed", site="")
