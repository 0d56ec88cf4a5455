"""The texts of the demonstration, in three languages. All of them say that they are examples."""

from roundtable.db import Texts
from roundtable.distribution.entering import Entered


def _texts(en: str, de: str, tr: str) -> Texts:
    return Texts({"en": en, "de": de, "tr": tr})


CONFERENCE = _texts(
    "Turkish–German Sister Cities Conference",
    "Deutsch-Türkische Städtepartnerschaftskonferenz",
    "Türk-Alman Kardeş Şehirler Konferansı",
)
PAST = _texts(
    "Metropolitan Mayors’ Round Table",
    "Runder Tisch der Oberbürgermeister",
    "Büyükşehir Belediye Başkanları Yuvarlak Masa Toplantısı",
)
COMING = _texts(
    "Second Metropolitan Mayors’ Round Table",
    "Zweiter Runder Tisch der Oberbürgermeister",
    "İkinci Büyükşehir Belediye Başkanları Yuvarlak Masa Toplantısı",
)
ORGANIZER = "Organizer"
OFFICE = "Özel Kalem Müdürlüğü"
REPORT = "Örnek bildirim: davet mektupları hazırlandı."
ROOM = "https://video.example.org/second-round-table"
NEXT = _texts(
    "Third Metropolitan Mayors’ Round Table",
    "Dritter Runder Tisch der Oberbürgermeister",
    "Üçüncü Büyükşehir Belediye Başkanları Yuvarlak Masa Toplantısı",
)
BODIES = (
    (
        _texts(
            "German missions in Türkiye",
            "Deutsche Auslandsvertretungen in der Türkei",
            "Almanya’nın Türkiye’deki temsilcilikleri",
        ),
        _texts(
            "Example text: the missions foster the partnerships between cities of both countries.",
            "Beispieltext: Die Auslandsvertretungen fördern die Städtepartnerschaften beider Länder.",
            "Örnek metin: Temsilcilikler iki ülkenin kardeş şehir ilişkilerini destekler.",
        ),
    ),
    (
        _texts("Association of German Cities", "Deutscher Städtetag", "Alman Kentler Birliği"),
        _texts(
            "Example text: the association speaks for the cities of Germany.",
            "Beispieltext: Der Verband vertritt die Städte Deutschlands.",
            "Örnek metin: Birlik, Almanya’daki kentleri temsil eder.",
        ),
    ),
    (
        _texts(
            "Union of Municipalities of Türkiye",
            "Union der türkischen Gemeinden",
            "Türkiye Belediyeler Birliği",
        ),
        _texts(
            "Example text: the union speaks for the municipalities of Türkiye.",
            "Beispieltext: Die Union vertritt die Gemeinden der Türkei.",
            "Örnek metin: Birlik, Türkiye’deki belediyeleri temsil eder.",
        ),
    ),
)
WELCOME = _texts("Welcome", "Begrüßung", "Açılış")
WELCOME_DETAILS = _texts("Host city · chair", "Gastgebende Stadt · Vorsitz", "Ev sahibi kent · başkanlık")
ROUND = _texts("Round of statements", "Runde der Stellungnahmen", "Kentlerin sözleri")
PROJECTS = _texts(
    "Support for project cooperation",
    "Unterstützung für gemeinsame Projekte",
    "Proje iş birliğine destek",
)
PROJECTS_DETAILS = _texts(
    "Both associations of cities", "Beide kommunalen Verbände", "Her iki belediyeler birliği"
)
CLOSING = _texts("Closing and next steps", "Abschluss und nächste Schritte", "Kapanış ve sonraki adımlar")
CHAIR = _texts("Chair", "Vorsitz", "Başkanlık")

STATEMENT_ANTALYA = _texts(
    "Example of a statement: this city tells how it has arranged its services during the pandemic.",
    "Beispiel einer Stellungnahme: Diese Stadt berichtet, wie sie ihre Dienste in der Pandemie geordnet hat.",
    "Örnek söz: Bu kent, salgın döneminde hizmetlerini nasıl düzenlediğini anlatır.",
)
STATEMENT_NUERNBERG = _texts(
    "Example of a statement off the record: it is in the minutes and reaches neither press nor other offices.",
    "Beispiel einer vertraulichen Stellungnahme: Sie steht im Protokoll und erreicht weder Presse noch andere Ämter.",
    "Kayıt dışı söz örneği: Tutanakta yer alır, ne basına ne de başka makamlara ulaşır.",
)
STATEMENT_KOELN = _texts(
    "Example of a statement: the exchange between our cities should go on after this day.",
    "Beispiel einer Stellungnahme: Der Austausch unserer Städte soll über diesen Tag hinaus weitergehen.",
    "Örnek söz: Kentlerimiz arasındaki alışveriş bu günden sonra da sürmelidir.",
)
DECISION = _texts(
    "Example of a decision: the cities set up a joint working group on project funding.",
    "Beispiel eines Beschlusses: Die Städte richten eine gemeinsame Arbeitsgruppe zur Projektförderung ein.",
    "Örnek karar: Kentler, proje finansmanı için ortak bir çalışma grubu kurar.",
)
ACTION = _texts(
    "Example of an action item: invite to the first sitting of the working group.",
    "Beispiel einer Aufgabe: zur ersten Sitzung der Arbeitsgruppe einladen.",
    "Örnek görev: çalışma grubunun ilk toplantısına davet etmek.",
)
NOTE = _texts(
    "Example of a note: the city administrations described how they work during the pandemic.",
    "Beispiel einer Notiz: Die Stadtverwaltungen schilderten ihre Arbeit in der Pandemie.",
    "Örnek not: Belediyeler, salgın dönemindeki çalışmalarını anlattı.",
)
HEADLINE = _texts(
    "Twenty cities of Türkiye and Germany meet at a virtual round table",
    "Zwanzig Städte aus der Türkei und Deutschland an einem virtuellen runden Tisch",
    "Türkiye ve Almanya’dan yirmi kent sanal yuvarlak masada buluştu",
)
LEAD = _texts(
    "For the first time the metropolitan mayors of both countries met by video. At the centre: experience from the "
    "pandemic and support for joint projects. This summary is an example.",
    "Erstmals trafen sich Oberbürgermeisterinnen und Oberbürgermeister beider Länder per Video. Im Mittelpunkt: "
    "Erfahrungen aus der Pandemie und Unterstützung für gemeinsame Projekte. Diese Meldung ist ein Beispiel.",
    "İki ülkenin büyükşehir belediye başkanları ilk kez görüntülü olarak bir araya geldi. Odakta salgın deneyimleri "
    "ve ortak projelere destek vardı. Bu bülten bir örnektir.",
)
CAPTION = _texts(
    "All twenty places in the virtual hall.",
    "Alle zwanzig Plätze im virtuellen Saal.",
    "Sanal salondaki yirmi yerin tümü.",
)
ALTERNATIVE = _texts(
    "Drawing: a wall of twenty video tiles, each with an empty chair and the name of a city.",
    "Zeichnung: eine Wand aus zwanzig Videokacheln, jede mit einem leeren Stuhl und dem Namen einer Stadt.",
    "Çizim: yirmi görüntü karesinden oluşan bir duvar; her birinde boş bir sandalye ve bir kentin adı.",
)

RIGHTS = "Free for reporting on this conference, with the credit."

PAPERS = "Tageszeitungen · Gazeteler"
NEWSROOMS = (
    (Entered("Beispiel-Zeitung", "redaktion@zeitung.example.org"), "de"),
    (Entered("Örnek Gazete", "haber@gazete.example.org"), "tr"),
)
