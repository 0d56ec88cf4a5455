"""The faces of Source Serif and Source Sans: files for documents, small subsets for pages."""

import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Face:
    """One font file, under the name that style sheets use for it."""

    name: str
    package: str
    file: str
    family: str
    weight: int
    style: str = "normal"


FACES = (
    Face("source-serif-400", "font_source_serif_pro", "SourceSerifPro-Regular.ttf", "Source Serif", 400),
    Face("source-serif-600", "font_source_serif_pro", "SourceSerifPro-Semibold.ttf", "Source Serif", 600),
    Face("source-sans-400", "font_source_sans_pro", "SourceSansPro-Regular.ttf", "Source Sans", 400),
    Face("source-sans-600", "font_source_sans_pro", "SourceSansPro-Semibold.ttf", "Source Sans", 600),
)

STYLE = "\n".join(
    f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url("font:{face.name}"); }}'
    for face in FACES
)
"""The style sheet of documents: each face under the address by which they may fetch it."""

# What nearly every page needs: Latin with the letters of Turkish and German, the capital ẞ, and the
# punctuation and marks that our pages set. A phone loads these first.
_NEAR = [
    *range(0x20, 0x7F),
    *range(0xA0, 0xC0),
    *map(ord, "ÂÄÇÉÎÖ×ÛÜßâäçéîöûü"),
    *(0x11E, 0x11F, 0x130, 0x131, 0x15E, 0x15F, 0x1E9E),
    *(0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x202F),
    *(0x20AC, 0x20BA, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2713),
]
# The neighbours' names (Latin-1, Latin Extended-A); browsers fetch this part when a page has one of them.
_FAR = [letter for letter in range(0xC0, 0x180) if letter not in _NEAR]
PARTS = {"": _NEAR, "-far": _FAR}
"""Ending of the file's name -> its letters; the style sheet names the same ranges."""
_making = threading.Lock()


def named(name: str) -> Face | None:
    """Return the face with this name."""
    return next((face for face in FACES if face.name == name), None)


@lru_cache(maxsize=16)
def whole_file(face: Face) -> Path:
    """Return the font file as its package ships it."""
    spec = find_spec(face.package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "files" / face.file


def small_file(face: Face, part: str, folder: Path) -> Path:
    """Return a WOFF2 file with one part of the letters, made once and kept in the folder."""
    target = folder / f"{face.name}{part}.woff2"
    with _making:
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _subset(face, PARTS[part], target)
    return target


def _subset(face: Face, letters: list[int], target: Path) -> None:
    # Heavy, and needed once per installation only.
    from fontTools import subset  # noqa: PLC0415

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    # Times stand in columns and are set in the sans; headings need no tabular figures.
    features = ["kern", "locl", "tnum"] if face.family == "Source Sans" else ["kern", "locl"]
    options = subset.Options(flavor="woff2", layout_features=features)
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]  # the licence stays with the font, as the OFL asks
    font = subset.load_font(str(whole_file(face)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    unfinished = target.with_suffix(".part")
    subset.save_font(font, str(unfinished), options)
    font.close()
    unfinished.replace(target)
    log.debug("font prepared", extra={"font": target.name})


def prepare(folder: Path) -> None:
    """Make all small files now, so that no reader waits for them."""
    for face in FACES:
        for part in PARTS:
            small_file(face, part, folder)
