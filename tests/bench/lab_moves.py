"""What a reader waits for: from a key to the picture on the screen, in JupyterLab in Chromium.

`lc.watch` and `lc.play` with a single line take turns, 30 moves each. Prints medians and the slower
twentieth; nothing passes or fails. The design asks for 100 ms at most.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1]))

import lab

MOVES = 30
FACTS = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Rome, Bob: Lima, Ann: Kyiv"
CELLS = {
    "watch": f"import lcutils as lc\nlc.watch({FACTS!r}, orthogonal=True)",
    "play": "lc.play(lambda ax, d: ax.plot(range(d)), d=(2, 40, 20))",
}
# From the key until the new picture is decoded and the browser is about to paint it.
TIMER = """output => {
    const image = output.querySelector('img'), times = [];
    let pressed;
    output.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(async () => {
        await image.decode();
        requestAnimationFrame(() => times.push(performance.now() - pressed));
    }).observe(image, { attributes: true, attributeFilter: ['src'] });
    output.times = times;
}"""


def measure(chromium: str) -> dict[str, list[float]]:
    """Milliseconds of each move."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [nbformat.v4.new_code_cell(code, id=id) for id, code in CELLS.items()]
    with tempfile.TemporaryDirectory() as folder, lab.browser(chromium) as browser:
        nbformat.write(notebook, Path(folder) / "moves.ipynb")
        with lab.server(Path(folder)) as server:
            page = browser.new_page(viewport={"width": 900, "height": 1200})
            opened = lab.Lab(page, server, "moves.ipynb")
            opened.run_all()
            outputs = {id: opened.output(id) for id in CELLS}
            for output in outputs.values():
                output.evaluate(TIMER)
            for move in range(MOVES + 2):  # the first two fill caches
                key = "ArrowRight" if move // 6 % 2 == 0 else "ArrowLeft"  # there are 7 facts
                for output in outputs.values():
                    handle = output.query_selector(".noUi-handle")
                    assert handle
                    handle.press(key)
                    page.wait_for_function(
                        "([output, n]) => output.times.length > n", arg=[output, move]
                    )
            return {id: output.evaluate("o => o.times")[2:] for id, output in outputs.items()}


def main() -> None:
    """Print what each takes, with the machine's load."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("No Chromium here.")
        return
    found = measure(chromium)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"from key to picture, {MOVES} moves, load {load}")
    for id, times in found.items():
        print(f"lc.{id:<6} {median(times):4.0f} ms, p95 {quantiles(times, n=20)[-1]:4.0f} ms")


if __name__ == "__main__":
    main()
