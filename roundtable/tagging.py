"""Making tagged PDFs readable: what WeasyPrint's structure lacks, put right before the file is written.

Three things (measured with WeasyPrint 70; see docs/decisions/0021): foot lines are left outside the structure
instead of being marked as artifacts; a table, list or paragraph that a page break cuts becomes two in the
structure; and a document can be PDF/A or PDF/UA, but does not say that it is both. The first and the last
go through WeasyPrint's own interface; for the second it has none, so one private function is wrapped. The
version is pinned below 71, and a test reads the structure of what comes out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import (
    Element,
    SubElement,
    fromstring,
    register_namespace,
    tostring,
)

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PDFUAID = "http://www.aiim.org/pdfua/ns/id/"
SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"

# PDF/A asks for these very prefixes (ISO 19005-2, 6.6.2.3.3).
register_namespace("pdfaSchema", SCHEMA)
register_namespace("pdfaProperty", PROPERTY)
register_namespace("pdfaExtension", EXTENSION)

Finisher = Callable[[Any, Any], None]


def say_accessible(metadata: Any) -> None:
    """Let a PDF/A's metadata say that it is PDF/UA-1 too (ISO 14289-1, 5), as ISO 19005 wants it declared."""
    write = metadata.generate_rdf_metadata

    def both(*arguments: Any) -> bytes:
        rdf = fromstring(write(*arguments))  # noqa: S314 - WeasyPrint has just written it
        SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": "", f"{{{PDFUAID}}}part": "1"})
        rdf.append(_declared())
        return bytes(tostring(rdf, encoding="utf-8"))

    metadata.generate_rdf_metadata = both


def _declared() -> Element:
    """Return the description of the one property that PDF/A does not know by itself."""
    resource = {f"{{{RDF}}}parseType": "Resource"}
    description = Element(f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    bag = SubElement(SubElement(description, f"{{{EXTENSION}}}schemas"), f"{{{RDF}}}Bag")
    schema = SubElement(bag, f"{{{RDF}}}li", resource)
    for name, value in (
        ("schema", "PDF/UA Universal Accessibility Schema"),
        ("namespaceURI", PDFUAID),
        ("prefix", "pdfuaid"),
    ):
        SubElement(schema, f"{{{SCHEMA}}}{name}").text = value
    sequence = SubElement(SubElement(schema, f"{{{SCHEMA}}}property"), f"{{{RDF}}}Seq")
    part = SubElement(sequence, f"{{{RDF}}}li", resource)
    for name, value in (
        ("name", "part"),
        ("valueType", "Integer"),
        ("category", "internal"),
        ("description", "Indicates, which part of ISO 14289 standard is followed"),
    ):
        SubElement(part, f"{{{PROPERTY}}}{name}").text = value
    return description


@contextmanager
def mending() -> Iterator[Finisher]:
    """Give the finisher that mends the structure of the documents written inside; one at a time in a process."""
    from weasyprint.layout.absolute import AbsolutePlaceholder  # noqa: PLC0415 - never in the web process
    from weasyprint.pdf import tags  # noqa: PLC0415

    build = tags._build_box_tree  # noqa: SLF001 - see above
    origins: dict[int, tuple[int, str]] = {}

    def build_and_note(box: Any, *arguments: Any) -> Iterator[Any]:
        inner = box._box if isinstance(box, AbsolutePlaceholder) else box  # noqa: SLF001
        for element in build(box, *arguments):
            if inner.element is not None:
                origins.setdefault(element.number, (id(inner.element), inner.element_tag))
            yield element

    tags._build_box_tree = build_and_note  # noqa: SLF001
    try:
        yield lambda _document, pdf: _Structure(pdf, origins).mend()
    finally:
        tags._build_box_tree = build  # noqa: SLF001


class _Structure:
    """The structure tree of one document, as WeasyPrint holds it before it is written."""

    def __init__(self, pdf: Any, origins: dict[int, tuple[int, str]]) -> None:
        self.pdf = pdf
        self.objects = {one.number: one for one in pdf.objects}
        self.origins = origins
        self.renamed: dict[bytes, Any] = {}

    def at(self, reference: Any) -> Any:
        """Return the object behind a reference such as b"12 0 R"; None for a number of marked content."""
        return self.objects[int(reference.split()[0])] if isinstance(reference, bytes) else None

    def mend(self) -> None:
        root = self.at(self.pdf.catalog["StructTreeRoot"])
        document = self.at(root["K"][0])
        children, document["K"][:] = list(document["K"]), []
        page = None
        begun = 0
        for reference in children:
            element = self.at(reference)
            if element["Pg"] != page:
                page, begun = element["Pg"], len(document["K"])
            self._join(document, reference, begun)
        if self.renamed:
            self._rename_headers(document)
        kept = {one.number for one in self._below(document)}
        self._leave_out(self.at(root["ParentTree"])["Nums"], kept)

    def _join(self, parent: Any, reference: bytes, begun: int) -> None:
        """Put an element under a parent: into what a page before has begun of it, else behind the others.

        `begun` is how many of the parent's children come from pages before.
        """
        element = self.at(reference)
        earlier = next((one for one in reversed(parent["K"][:begun]) if self._is_same(one, element)), None)
        if earlier is None:
            element["P"] = parent.reference
            parent["K"].append(reference)
        elif element["S"] == "/THead":
            self._drop(element, self.at(earlier))
        else:
            target = self.at(earlier)
            before = len(target["K"])
            for child in list(element["K"]):
                self._join(target, child, before)

    def _is_same(self, reference: Any, element: Any) -> bool:
        other = self.at(reference)
        if other is None:
            return False
        origin = self.origins.get(element.number)
        return (
            origin is not None
            and origin == self.origins.get(other.number)
            and element["S"] == other["S"]
            and all(child is not None and "S" in child for child in map(self.at, element["K"]))
        )

    def _drop(self, head: Any, first: Any) -> None:
        """Leave out a table head that is printed again; the cells below it point to the first one."""
        again = [one for one in self._below(head) if "ID" in one]
        for one, same in zip(again, [one for one in self._below(first) if "ID" in one], strict=False):
            self.renamed[bytes(one["ID"].data)] = same["ID"]

    def _rename_headers(self, document: Any) -> None:
        for cell in self._below(document):
            headers = cell["A"].get("Headers") if isinstance(cell.get("A"), dict) else None
            if headers:
                headers[:] = [self.renamed.get(bytes(name.data), name) for name in headers]

    def _below(self, element: Any) -> Iterator[Any]:
        for child in map(self.at, element["K"]):
            if child is not None and "S" in child:
                yield child
                yield from self._below(child)

    def _leave_out(self, numbers: Any, kept: set[int]) -> None:
        """Mark as artifacts what no element of the tree has: foot lines and heads printed again."""
        # Here WeasyPrint writes number, generation and "R" one by one.
        pages = [self.objects[number] for number in self.pdf.pages["Kids"][::3]]
        for place, page in enumerate(pages):
            references = numbers[2 * place + 1]
            outside = {
                mcid for mcid, reference in enumerate(references) if self.at(reference).number not in kept
            }
            if not outside:
                continue
            # A number without an element is empty in the map; the others keep their places.
            references[:] = [b"null" if mcid in outside else one for mcid, one in enumerate(references)]
            _as_artifacts(self.at(page["Contents"]).stream, outside)


def _as_artifacts(stream: list[Any], outside: set[int]) -> None:
    for place in range(2, len(stream)):
        properties = stream[place - 1]
        if stream[place] == b"BDC" and isinstance(properties, dict) and properties.get("MCID") in outside:
            stream[place - 2 : place + 1] = ["/Artifact", b"", b"BMC"]
