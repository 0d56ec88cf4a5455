"""Coverage-guided fuzzing of one target by Atheris: `python tests/fuzz/run.py TARGET SECONDS [FOLDER]`.

New inputs that reach new code go into FOLDER; one that crashes or takes too long is written there as well, and
the program ends with 77, as libFuzzer's programs do.
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent.parent))
with atheris.instrument_imports(include=["roundtable", "icalendar", "email", "csv"]):
    from fuzz.targets import CORPUS, SECONDS, TARGETS


def main() -> None:
    """Fuzz."""
    name, seconds = sys.argv[1], sys.argv[2]
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path("var") / "fuzz" / name
    folder.mkdir(parents=True, exist_ok=True)
    target = TARGETS[name]

    def one(data: bytes) -> None:
        target(data)

    options = [
        f"-max_total_time={seconds}",
        "-max_len=65536",
        f"-timeout={max(1, round(SECONDS * 5))}",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder), str(CORPUS / name)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
