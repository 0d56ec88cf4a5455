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

# Latin with the letters of Turkish and German, of the neighbours' names (Latin Extended-A), the
# capital ẞ, and the punctuation and marks that our pages set.
_LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x1E9E,
    *(0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026),
    *(0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x20BA, 0x2212, 0x00D7, 0x2713, 0x2192, 0x2190, 0x202F),
]
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


def small_file(face: Face, folder: Path) -> Path:
    """Return a WOFF2 file with the letters that pages need, made once and kept in the folder."""
    target = folder / f"{face.name}.woff2"
    with _making:
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _subset(face, target)
    return target


def _subset(face: Face, target: Path) -> None:
    # Heavy, and needed once per installation only.
    from fontTools import subset  # noqa: PLC0415

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "tnum", "locl", "mark", "ccmp"])
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]  # the licence stays with the font, as the OFL asks
    font = subset.load_font(str(whole_file(face)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_LETTERS)
    subsetter.subset(font)
    part = target.with_suffix(".part")
    subset.save_font(font, str(part), options)
    font.close()
    part.replace(target)
    log.debug("font prepared", extra={"font": face.name})


def prepare(folder: Path) -> None:
    """Make all small files now, so that no reader waits for them."""
    for face in FACES:
        small_file(face, folder)
