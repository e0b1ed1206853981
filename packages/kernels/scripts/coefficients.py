"""The polynomials of assembly/math.ts: through their functions at Chebyshev's points, and how far they are off.

Prints a table's coefficients, that of the lowest power first, and the largest relative error of what they serve.
Needs mpmath:  python3 packages/kernels/scripts/coefficients.py
"""
from mpmath import cos, exp, expm1, lu_solve, matrix, mp, mpf, pi, sqrt, tanh

mp.dps = 50


def through_chebyshev_points(function, low, high, count):
    """Coefficients of the polynomial of degree `count - 1`."""
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle + half * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    powers = matrix(count, count)
    for row, x in enumerate(points):
        for k in range(count):
            powers[row, k] = x**k
    return list(lu_solve(powers, matrix([function(x) for x in points])))


def evaluate(coefficients, x):
    return sum(c * x**k for k, c in enumerate(coefficients))


def worst(error, low, high):
    return max(abs(error(low + (high - low) * i / 2000)) for i in range(1, 2000) if i != 1000)


def show(what, coefficients, off):
    print(f"{what}, off by {float(off):.2g}:")
    print("  " + ", ".join(repr(float(c)) for c in coefficients))


def q(r):
    return (expm1(r) - r) / r**2 if abs(r) > mpf(10) ** -15 else mpf(1) / 2 + r / 6


# Half of ln 2, and what rounding may add to it.
reach = mpf("0.3475")
for dtype, count in (("float32", 5), ("float64", 10)):
    c = through_chebyshev_points(q, -reach, reach, count)
    show(f"q of {dtype}: e^r", c, worst(lambda r: (evaluate(c, r) - q(r)) * r**2 / exp(r), -reach, reach))

near_zero = mpf("0.55")
c = through_chebyshev_points(lambda s: (tanh(sqrt(s)) - sqrt(s)) / sqrt(s) ** 3, mpf(0), near_zero**2, 5)
show("p of float32: tanh x", c, worst(lambda x: (x + x**3 * evaluate(c, x**2)) / tanh(x) - 1, mpf(0), near_zero))
