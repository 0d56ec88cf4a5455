"""A press summary for news systems (IPTC ninjs 3.1) and for search engines (schema.org NewsArticle)."""

from typing import Any

from roundtable import times
from roundtable.press.content import PictureShown
from roundtable.press_room.editions import Edition

NINJS = "https://iptc.org/std/ninjs/ninjs-schema_3.1.json"


def ninjs(edition: Edition, *, is_withdrawn: bool = False) -> dict[str, Any]:
    """Return the summary as ninjs 3.1; a withdrawn one says no more than that."""
    head = {
        "$schema": NINJS,
        "uri": edition.address,
        "type": "text",
        "standard": {"name": "ninjs", "version": "3.1", "schema": NINJS},
        "version": str(edition.number),
        "language": edition.language,
        "pubStatus": "canceled" if is_withdrawn else "usable",
    }
    if is_withdrawn:
        return head
    content = edition.content
    more = {
        "firstCreated": times.stamp(edition.first_at),
        "versionCreated": times.stamp(edition.visible_at),
        "headlines": [{"role": "main", "value": content.headline}],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": content.lead}],
        "bodies": [
            {
                "role": "main",
                "contentType": "text/plain",
                "wordCount": len(" ".join(content.paragraphs).split()),
                "value": "\n\n".join(content.paragraphs),
            }
        ],
        "organisations": [{"name": body.name, "rel": "organiser"} for body in content.bodies],
        "places": [{"name": city, "rel": "participant"} for city in content.cities],
        "people": [{"name": quote.who or quote.city, "rel": "quoted"} for quote in content.quotes],
        "associations": [
            *(
                _photo(address, picture)
                for address, picture in zip(edition.pictures, content.pictures, strict=True)
            ),
            *(
                {"name": f"translation-{language}", "uri": address, "type": "text", "language": language}
                for language, address in edition.addresses.items()
                if language != edition.language
            ),
        ],
        "renditions": [{"name": "pdf", "href": edition.pdf, "contentType": "application/pdf"}],
    }
    if content.correction:
        more["edNote"] = content.correction
    return head | more


def _photo(address: str, picture: PictureShown) -> dict[str, Any]:
    return {
        "name": "picture",
        "uri": address,
        "type": "picture",
        "headlines": [{"role": "caption", "value": picture.caption}],
        "descriptions": [{"role": "alternative", "contentType": "text/plain", "value": picture.alternative}],
        "by": picture.credit,
        "usageTerms": picture.rights,
        "renditions": [
            {
                "name": "page",
                "href": address,
                "contentType": "image/jpeg",
                "width": picture.width,
                "height": picture.height,
            }
        ],
    }


def news_article(edition: Edition, share: str) -> dict[str, Any]:
    """Return the summary as schema.org's NewsArticle; `share` is the picture for those who link to it."""
    content = edition.content
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": edition.address,
        "url": edition.address,
        "headline": content.headline[:110],
        "description": content.lead,
        "inLanguage": edition.language,
        "datePublished": times.stamp(edition.first_at),
        "dateModified": times.stamp(edition.visible_at),
        "version": edition.number,
        "articleBody": "\n\n".join(content.paragraphs),
        "author": [{"@type": "Organization", "name": body.name} for body in content.bodies],
        "publisher": [{"@type": "Organization", "name": body.name} for body in content.bodies],
        "mentions": [{"@type": "City", "name": city} for city in content.cities],
        "workTranslation": [
            {"@type": "NewsArticle", "@id": address, "inLanguage": language}
            for language, address in edition.addresses.items()
            if language != edition.language
        ],
    }
    if share:
        article["image"] = [
            share,
            *(
                {
                    "@type": "ImageObject",
                    "contentUrl": address,
                    "caption": picture.caption,
                    "creditText": picture.credit,
                    "copyrightNotice": picture.rights,
                }
                for address, picture in zip(edition.pictures, content.pictures, strict=True)
            ),
        ]
    if content.correction:
        article["correction"] = content.correction
    return article
