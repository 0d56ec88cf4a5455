"""The twenty cities of the demonstration: names and offices per language, no persons."""

from dataclasses import dataclass

from roundtable.db import Texts


@dataclass(frozen=True)
class DemoCity:
    """A city with its names, country, German state, and the short name of its mailbox."""

    mailbox: str
    country: str
    state: str
    en: str
    de: str
    tr: str

    @property
    def zone(self) -> str:
        return "Europe/Istanbul" if self.country == "TR" else "Europe/Berlin"

    @property
    def language(self) -> str:
        return "tr" if self.country == "TR" else "de"

    @property
    def names(self) -> Texts:
        return Texts({"en": self.en, "de": self.de, "tr": self.tr})

    @property
    def offices(self) -> Texts:
        """The office by title, as each language writes it."""
        if self.country == "TR":
            return Texts(
                {
                    "en": f"Mayor of {self.en} Metropolitan Municipality",
                    "de": f"Oberbürgermeisteramt der Großstadt {self.de}",
                    "tr": f"{self.tr} Büyükşehir Belediye Başkanlığı",
                }
            )
        return Texts(
            {
                "en": f"Office of the Lord Mayor of {self.en}",
                "de": f"Oberbürgermeisteramt der Stadt {self.de}",
                "tr": f"{self.tr} Büyükşehir Belediye Başkanlığı",
            }
        )


CITIES = (
    DemoCity("istanbul", "TR", "", "Istanbul", "Istanbul", "İstanbul"),
    DemoCity("berlin", "DE", "BE", "Berlin", "Berlin", "Berlin"),
    DemoCity("ankara", "TR", "", "Ankara", "Ankara", "Ankara"),
    DemoCity("koeln", "DE", "NW", "Cologne", "Köln", "Köln"),
    DemoCity("antalya", "TR", "", "Antalya", "Antalya", "Antalya"),
    DemoCity("nuernberg", "DE", "BY", "Nuremberg", "Nürnberg", "Nürnberg"),
    DemoCity("izmir", "TR", "", "İzmir", "Izmir", "İzmir"),
    DemoCity("bremen", "DE", "HB", "Bremen", "Bremen", "Bremen"),
    DemoCity("bursa", "TR", "", "Bursa", "Bursa", "Bursa"),
    DemoCity("essen", "DE", "NW", "Essen", "Essen", "Essen"),
    DemoCity("gaziantep", "TR", "", "Gaziantep", "Gaziantep", "Gaziantep"),
    DemoCity("duisburg", "DE", "NW", "Duisburg", "Duisburg", "Duisburg"),
    DemoCity("eskisehir", "TR", "", "Eskişehir", "Eskişehir", "Eskişehir"),
    DemoCity("kiel", "DE", "SH", "Kiel", "Kiel", "Kiel"),
    DemoCity("mersin", "TR", "", "Mersin", "Mersin", "Mersin"),
    DemoCity("mannheim", "DE", "BW", "Mannheim", "Mannheim", "Mannheim"),
    DemoCity("mugla", "TR", "", "Muğla", "Muğla", "Muğla"),
    DemoCity("dortmund", "DE", "NW", "Dortmund", "Dortmund", "Dortmund"),
    DemoCity("sanliurfa", "TR", "", "Şanlıurfa", "Şanlıurfa", "Şanlıurfa"),
    DemoCity("augsburg", "DE", "BY", "Augsburg", "Augsburg", "Augsburg"),
)
