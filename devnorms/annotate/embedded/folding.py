"""
Fold a text so that spellings of the same words look alike to the features.

Accents, case, vowel signs, variants of Arabic letters, traditional characters, native
digits and stretched letters ("siiii") are levelled. The result is only looked at, never
shown: evidence is always taken from the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata

_ARABIC = str.maketrans("أإآٱىةؤئگڤ", "اااايهويكف", "ـ")
_LATIN = str.maketrans({"ı": "i", "ß": "ss", "ø": "o", "ł": "l", "œ": "oe", "æ": "ae"})
_TRADITIONAL = (
    "會個說話還沒媽嗎為來開時歲後點頭轉東電樓積塊畫圓線筆書頁認識聽聲應對見過這兒動給讓擺蓋"
    "穩雙腳褲襪脫濕乾廁馬飯湯餵學掃幫數顆邊幾隻鐘裡裏進著亂塗寫顏鉛語單詞簡問題誰麼樣從當現"
    "無與們請鄰親該滿週醫護員檢嬰歡貓揮撿揀撐獨丟擲遞換疊層聲種撥燒嘗嚐醬關門響鬧鈴衛間陽"
    "長發髮鬆緊緒靜愛樂氣懶總這邊裝袋紙圖傢俱臺台喚講訴唸讀謝"
)
_SIMPLIFIED = (
    "会个说话还没妈吗为来开时岁后点头转东电楼积块画圆线笔书页认识听声应对见过这儿动给让摆盖"
    "稳双脚裤袜脱湿干厕马饭汤喂学扫帮数颗边几只钟里里进着乱涂写颜铅语单词简问题谁么样从当现"
    "无与们请邻亲该满周医护员检婴欢猫挥捡拣撑独丢掷递换叠层声种拨烧尝尝酱关门响闹铃卫间阳"
    "长发发松紧绪静爱乐气懒总这边装袋纸图家具台台唤讲诉念读谢"
)
_CHINESE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_NOT = re.compile(r"(?<=n)['’´`](?=t\b)")
_BETWEEN = re.compile(r"[^\w?]+|_+")
_DIGITS = re.compile(r"\d")


def fold(text: str) -> str:
    """
    Level what spelling makes different.

    Parameters
    ----------
    text : str
        In any script.

    Returns
    -------
    str
        Words between single spaces, with one before the first and after the last.

    Examples
    --------
    >>> fold("¡Ya CAMINÓ solíto!")
    ' ya camino solito '
    >>> fold("She isn't walking")
    ' she isnt walking '
    """
    low = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in low if not unicodedata.combining(sign))
    bare = unicodedata.normalize("NFC", bare)
    bare = bare.translate(_ARABIC).translate(_LATIN).translate(_CHINESE)
    bare = _DIGITS.sub(lambda found: str(unicodedata.digit(found[0])), bare)
    bare = _NOT.sub("", _STRETCHED.sub(r"\1\1", bare)).replace("?", " ? ")
    return f" {_BETWEEN.sub(' ', bare).strip()} "
