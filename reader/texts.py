"""What to do about a touch that the server refused, by the server's stable codes."""

REMEDIES = {
    "TOUCH_SHAPE": "打刻の形が正しくありません。打刻プログラムを更新してください。",
    "TOUCH_ID_SHAPE": "番号の桁数が違います。カードを見て、番号を入力し直してください。",
    "TOUCH_ID_CHECK_DIGIT": "番号のどこかの桁が違います。カードを見て、番号を入力し直してください。",
    "TOUCH_ID_KIND": "技能者のカードの番号ではありません。カードを見て、番号を入力し直してください。",
}
OTHER = "打刻として受け付けられません。その日の就業は、技能者のページから申告できます。"


def remedy_of(code: str) -> str:
    """The remedy, in words."""
    return REMEDIES.get(code, OTHER)
