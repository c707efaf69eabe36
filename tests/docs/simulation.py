"""The worked example of docs/simulation.md: runs its command and compares text and pictures with what the page shows.

Usage: simulation.py BIN [--write]. With --write the page and the pictures are made anew.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/simulation.md"
PICTURES = ROOT / "docs/pictures/simulate"


def main():
    bin_dir, write = pathlib.Path(sys.argv[1]), "--write" in sys.argv
    text = PAGE.read_text()
    command = re.search(r"<!-- example -->\n```sh\n(.*?)\n```", text, re.S).group(1)
    shown = re.search(r"<!-- output -->\n```text\n(.*?)```", text, re.S)
    words = shlex.split(command)
    assert words[0] == "karbonetes" and words[-2] == "--pictures", command
    with tempfile.TemporaryDirectory() as folder:
        pictures = PICTURES if write else pathlib.Path(folder)
        made = subprocess.run([bin_dir / words[0], *words[1:-1], pictures], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        if write:
            PAGE.write_text(text[:shown.start(1)] + made + text[shown.end(1):])
            return
        failed = []
        if made != shown.group(1):
            failed.append("the text of docs/simulation.md is not what its command prints:\n" + made)
        names = {file.name for file in pictures.iterdir()}
        kept = {file.name for file in PICTURES.iterdir()}
        if names != kept:
            failed.append(f"pictures: made {sorted(names)}, kept {sorted(kept)}")
        for name in sorted(names & kept):
            if (pictures / name).read_bytes() != (PICTURES / name).read_bytes():
                failed.append(f"docs/pictures/simulate/{name} is not what the command draws")
        for name in names:
            if f"pictures/simulate/{name}" not in text:
                failed.append(f"the page does not show {name}")
    if failed:
        sys.exit("\n".join(failed) + "\nmake docs-simulation makes them anew")
    print("ok: docs/simulation.md shows what its command prints and draws")


if __name__ == "__main__":
    main()
