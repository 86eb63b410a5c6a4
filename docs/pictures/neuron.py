"""Draw a biological neuron beside an artificial one.

The lesson *Building a Brain* carries the picture as an attachment. To draw it again:

    python docs/pictures/neuron.py [FILE.png]
"""

import io
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse
from PIL import Image

BLUE, ORANGE, DARK = "#1f77b4", "#ff7f0e", "#333333"
ARROW = {"arrowstyle": "-|>", "linewidth": 2, "mutation_scale": 18}


def branch(axes: Axes, points: list[tuple[float, float]], width: float) -> None:
    """Draw one smooth branch (a quadratic curve) through start, bend and end."""
    (x0, y0), (x1, y1), (x2, y2) = points
    steps = [step / 20 for step in range(21)]
    xs = [(1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t**2 * x2 for t in steps]
    ys = [(1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t**2 * y2 for t in steps]
    axes.plot(xs, ys, color=BLUE, linewidth=width, solid_capstyle="round", zorder=1)


def dendrites(axes: Axes) -> None:
    """Draw the branches that bring signals in, from the left, each with twigs."""
    for tip in (2.2, 1.1, 0.0, -1.1, -2.2):
        branch(axes, [(0.0, 0.0), (-0.9, tip * 0.5), (-1.9, tip)], 3.5)
        branch(axes, [(-1.25, tip * 0.66), (-1.7, tip * 0.8 + 0.3), (-2.2, tip + 0.42)], 2.2)
        branch(axes, [(-1.25, tip * 0.66), (-1.7, tip * 0.8 - 0.3), (-2.2, tip - 0.42)], 2.2)


def axon(axes: Axes) -> None:
    """Draw the long fibre that takes the impulse out, with its sheath and endings."""
    branch(axes, [(0.0, 0.0), (2.3, -0.25), (4.6, -0.03)], 4)
    for x in (1.5, 2.5, 3.5):
        axes.add_patch(Ellipse((x, -0.12), 0.82, 0.36, color="#aec7e8", zorder=2))
    for tip in (1.2, 0.4, -0.4, -1.2):
        branch(axes, [(4.6, -0.03), (5.2, tip * 0.3), (5.8, tip)], 2.5)
        axes.add_patch(Circle((5.85, tip), 0.12, color=BLUE))


def biological(axes: Axes) -> None:
    """Draw the left half: a nerve cell and the names of its parts."""
    dendrites(axes)
    axon(axes)
    axes.add_patch(Circle((0, 0), 0.72, color=BLUE, zorder=3))
    axes.add_patch(Circle((0, 0), 0.26, color="white", zorder=4))
    axes.text(-1.7, 2.95, "dendrites:\nsignals in", ha="center", va="bottom", color=DARK)
    axes.text(0.15, -0.95, "cell body", ha="center", va="top", color=DARK)
    axes.text(2.6, 0.75, "axon", ha="center", va="bottom", color=DARK)
    axes.annotate("", (3.6, 0.45), (1.6, 0.45), arrowprops={**ARROW, "color": ORANGE})
    axes.text(5.0, -1.75, "endings:\nimpulse out", ha="center", va="top", color=DARK)
    axes.text(1.75, 4.4, "A biological neuron", ha="center", fontsize=18, weight="bold")
    axes.set(xlim=(-3.0, 6.5), ylim=(-3.1, 5.1))


def artificial(axes: Axes) -> None:
    """Draw the right half: inputs, weights, the sum with its bias, one output."""
    rows = [
        ("$x_0$", "$w_0$", 2.2),
        ("$x_1$", "$w_1$", 1.1),
        ("$x_2$", "$w_2$", 0.0),
        ("$x_{783}$", "$w_{783}$", -2.2),
    ]
    for signal, weight, y in rows:
        axes.text(-2.75, y, signal, ha="right", va="center", fontsize=17, color=DARK)
        axes.annotate("", (0.9, y * 0.22), (-2.6, y), arrowprops={**ARROW, "color": BLUE})
        side = -0.5 if y < 0 else 0.13
        axes.text(
            -1.6,
            y * 0.78 + side,
            weight,
            ha="center",
            va="top" if y < 0 else "bottom",
            fontsize=16,
            color=BLUE,
        )
    axes.text(-2.95, -1.05, "⋮", ha="center", va="center", fontsize=22, color=DARK)
    axes.add_patch(Circle((1.9, 0), 1.1, facecolor="white", edgecolor=BLUE, linewidth=3, zorder=3))
    axes.text(1.9, 0, "$\\Sigma + b$", ha="center", va="center", fontsize=18, color=DARK, zorder=4)
    axes.annotate("", (4.9, 0), (3.05, 0), arrowprops={**ARROW, "color": ORANGE})
    axes.text(5.05, 0, "$y$", ha="left", va="center", fontsize=20, color=DARK)
    axes.text(-2.7, 2.95, "inputs, each\nwith a weight", ha="center", va="bottom", color=DARK)
    axes.text(1.9, -1.35, "add up,\nadd the bias", ha="center", va="top", color=DARK)
    axes.text(4.6, -0.45, "one number\nout", ha="center", va="top", color=DARK)
    axes.text(0.9, 4.4, "An artificial neuron", ha="center", fontsize=18, weight="bold")
    axes.set(xlim=(-4.0, 5.8), ylim=(-3.1, 5.1))


def main(argv: list[str] | None = None) -> int:
    """Write the picture to the path given, or beside this script."""
    arguments = sys.argv[1:] if argv is None else argv
    path = Path(arguments[0]) if arguments else Path(__file__).with_suffix(".png")
    with mpl.rc_context({"font.size": 14}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
        biological(left)
        artificial(right)
        for axes in (left, right):
            axes.set_aspect("equal")
            axes.axis("off")
        drawing = io.BytesIO()
        figure.savefig(drawing, dpi=110, facecolor="white")
        plt.close(figure)
    few_colours = Image.open(drawing).convert("RGB").quantize(colors=48)
    few_colours.save(path, optimize=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
