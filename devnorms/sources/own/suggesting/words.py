"""
How columns and codes are called, in the languages that data are collected in.

English, French, Spanish, Portuguese, German, Dutch, Italian, Swahili, Indonesian,
Turkish, Vietnamese, Russian, Arabic, Hindi, Chinese; without accents and in small
letters, as `plain` writes them.
"""

from __future__ import annotations

import re
import unicodedata

Words = frozenset[str]


def _set(text: str) -> Words:
    return frozenset(plain(word).strip() for word in text.split("|"))


def plain(text: str) -> str:
    """
    Write a name in small letters without accents, words set apart by one blank.

    Parameters
    ----------
    text : str
        A column's name, or a code.

    Examples
    --------
    >>> plain("dateNaissance_Enfant"), plain("¿Niña?")
    ('date naissance enfant', 'nina')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=\d{3,})", " ", text)
    bare = unicodedata.normalize("NFKD", apart.casefold().replace("\u0131", "i"))
    letters = "".join(
        c for c in bare if unicodedata.category(c) != "Mn" or ord(c) > 0x36F
    )
    letters = letters.replace("đ", "d").replace("ß", "ss")
    return " ".join(re.sub(r"[\W_]+", " ", letters, flags=re.UNICODE).split())


CHILD = _set(
    "child id|childid|child code|code|child"
    "|child no|child number|subject|subjid|subject id|participant"
    "|participant id|pid|record id|record|study id|studyid|id|enfant|id enfant"
    "|code enfant|nino|id nino|codigo|codigo nino|crianca|id crianca|kind|kind id"
    "|kindnummer|bambino|codice|mtoto|nambari|anak|id anak|kode anak|cocuk|cocuk no"
    "|ma tre|tre|код|ребенок|номер|الطفل|رقم الطفل|बच्चा|बच्चे की आईडी|儿童|编号|儿童编号"
)
SEX = _set(
    "sex|gender|child sex|childsex|sexe|sexo|genero|genre|geschlecht|geslacht|sesso"
    "|jinsia|jenis kelamin|kelamin|cinsiyet|gioi tinh|пол|الجنس|جنس|लिंग|性别"
)
AGE = _set(
    "age|child age|age child|edad|idade|alter|leeftijd|eta|umri|umur|usia|yas|tuoi"
    "|возраст|العمر|عمر|आयु|उम्र|年龄|月龄|agedays|agemonths|age mo|age m|age d|agem|aged"
    "|age y|age w"
)
BIRTH = _set(
    "birth date|birthdate|date of birth|dob|child dob|birthday|date naissance"
    "|date de naissance|naissance|ddn|fecha nacimiento|fecha de nacimiento|nacimiento"
    "|data nascimento|data de nascimento|nascimento|geburtsdatum|geburtstag"
    "|geboortedatum|data di nascita|nascita|tarehe ya kuzaliwa|kuzaliwa|tanggal lahir"
    "|tgl lahir|dogum tarihi|ngay sinh|дата рождения|تاريخ الميلاد|الميلاد|जन्म तिथि"
    "|出生日期|birth"
)
VISIT = _set(
    "visit date|visitdate|date of visit|interview date|assessment date|date visit"
    "|date of interview|date of assessment|test date|today|date|date visite"
    "|date de visite|date entretien|fecha visita|fecha de visita|fecha entrevista|fecha"
    "|data visita|data da visita|data entrevista|data|besuchsdatum|untersuchungsdatum"
    "|datum|datum bezoek|testdatum|tarehe|tarehe ya ziara|tanggal|tanggal kunjungan"
    "|tarih|ziyaret tarihi|ngay|ngay kham|дата|дата визита|تاريخ الزيارة|التاريخ"
    "|भेंट की तिथि|तिथि|访视日期|日期|submission time|submissiondate"
)
OCCASION = _set(
    "visit|visit no|visit number|visitnr|wave|round|occasion|timepoint|time point"
    "|session|visite|passage|visita|ronda"
    "|besuch|welle|bezoek|ronde|ziara|kunjungan|ziyaret"
    "|lan kham|визит|волна|الزيارة|दौरा|访视"
)
GESTATION = _set(
    "gestation|terme|gestational age|gestational weeks"
    "|gest age|gestage|ga|ga weeks|ga days"
    "|gagebrth|weeks gestation|age gestationnel|gestacion|edad gestacional"
    "|idade gestacional|semanas gestacion|gestationsalter|schwangerschaftswoche"
    "|zwangerschapsduur|eta gestazionale|umur kehamilan|usia kehamilan|gebelik haftasi"
    "|tuoi thai|срок беременности|гестационный возраст|عمر الحمل|孕周|胎龄"
)
INTERVIEWER = _set(
    "interviewer|assessor|examiner|enumerator|tester|rater|enqueteur|examinateur"
    "|encuestador|evaluador|entrevistador|avaliador|pruefer|untersucher|interviewerin"
    "|onderzoeker|esaminatore|pewawancara|pewawancara id|gorusmeci|интервьюер|调查员"
)
SITE = _set(
    "site|population|clinic|centre|center|district"
    "|village|region|lugar|centro|sitio|lieu|clinique"
    "|standort|klinik|wilaya|kijiji|desa|kecamatan|koy|merkez|район|地区"
)
PERSON = _set(
    "name|names|first name|last name|surname|child name|childname|mother name"
    "|caregiver name|full name|nom|prenom|nombre|apellido|nome|sobrenome|cognome"
    "|vorname|nachname|naam|voornaam|achternaam|jina|nama|isim|soyad|ten|ho ten|имя"
    "|фамилия|الاسم|اسم|नाम|姓名|phone|telephone|telefono|mobile|address|adresse"
    "|direccion|email|gps|latitude|longitude|nrc|national id"
)
ITEM = _set(
    "item|item id|item code|question|variable|milestone|indicator|task|question code"
    "|pregunta|indicateur|tache|frage|aufgabe|vraag|domanda|swali|pertanyaan|soru"
    "|вопрос|题目|السؤال"
)
ANSWER = _set(
    "answer|response|value|result|score|reponse|resultat|valeur|respuesta|resultado"
    "|valor|resposta|antwort|wert|ergebnis|antwoord|uitslag|risposta|jibu|jawaban|hasil"
    "|cevap|sonuc|tra loi|ответ|результат|回答|结果|الإجابة"
)

UNITS = {
    "days": _set("days|day|d|jours|dias|tage|dagen|giorni|siku|hari|gun|дни|дней|天"),
    "weeks": _set(
        "weeks|week|w|wk|wks|semaines|semanas|wochen|weken|settimane|wiki|minggu|hafta"
        "|недели|周"
    ),
    "months": _set(
        "months|month|m|mo|mos|mths|mois|meses|monate|maanden|mesi|miezi|bulan|ay"
        "|месяцы|месяцев|月|أشهر|شهر|महीने"
    ),
    "years": _set(
        "years|year|y|yr|yrs|ans|annees|anos|jahre|jaren|anni|miaka|tahun|yil|годы|лет"
        "|岁|年|سنة"
    ),
}

FEMALE = _set(
    "f|female|girl|woman|fille|feminin|femme|nina|mujer|femenino|feminino|menina"
    "|weiblich|frau|madchen|maedchen|w|meisje"
    "|vrouw|vrouwelijk|v|femmina|femminile|msichana|ke|kike"
    "|perempuan|p|kiz|kadin|nu|gai|ж|жен|женский|девочка|أنثى|بنت|लड़की|महिला|女"
)
MALE = _set(
    "m|male|boy|man|garcon|masculin|homme|nino|hombre|masculino|menino|mannlich"
    "|maennlich|mann|junge|jongen|mannelijk"
    "|maschio|maschile|mvulana|me|kiume|laki laki|l"
    "|erkek|oglan|nam|trai|м|муж|мужской|мальчик|ذكر|ولد|लड़का|पुरुष|男"
)
PASSED = _set(
    "1|yes|y|true|pass|passed|p|can|can do|achieved|checked|correct|oui|reussi|si|s|sim"
    "|logrado|ja|j|bestanden|gelungen|gelukt|superato|ndiyo|ya|bisa|evet|e|co|да|نعم"
    "|हां|हाँ|是|能"
)
NOT_YET = _set(
    "0|no|n|false|fail|failed|f|cannot|not yet|not achieved|unchecked|incorrect|non"
    "|pas encore|echec|nao|ainda nao|todavia no|no logrado|nein|noch nicht|nee|nog niet"
    "|non ancora|hapana|bado|tidak|belum|hayir|henuz degil|khong|chua|нет|еще нет|لا"
    "|नहीं|否|不能"
)
UNSURE = _set(
    "dk|don t know|dont know|do not know|unsure|not sure|unknown|ne sait pas|nsp"
    "|no sabe|ns|nao sabe|weiss nicht|weet niet|non so|sijui|tidak tahu|bilmiyor"
    "|khong biet|не знаю|لا أعرف|पता नहीं|不知道"
)
NOT_APPLICABLE = _set(
    "not applicable|does not apply|n a|sans objet|no aplica|nao se aplica"
    "|trifft nicht zu|niet van toepassing|nvt|non applicabile|haihusiki|tidak berlaku"
    "|неприменимо|不适用"
)
NOT_ASKED = _set(
    "not asked|not tested|not administered|refused|missing|nr|no responde|pas demande"
    "|non demande|no preguntado|nao perguntado|nicht gefragt|verweigert|niet gevraagd"
    "|menolak|не спрашивали|拒绝"
)
MEANINGS = {
    "passed": PASSED,
    "not_yet": NOT_YET,
    "does_not_apply": NOT_APPLICABLE,
    "unsure": UNSURE,
    "not_asked": NOT_ASKED,
}
