"""Lines with the roles that rules give them ↔ the roles that pages marked by hand have taught.

A multinomial logistic regression on what each line and its two neighbours on either side show, what rules take them
for included (stacked generalization: Wolpert 1992). Rules know how articles are built: who wrote one, its headline and
lead, and which lines are another's (`other`). Of the lines of a site around them there are too many kinds. So where a
page holds lines of its site, and what was learned is sure, it overrules a rule that tells text from page, or takes the
site's own words for links to stories, and no other; it takes no paragraph from a story.
"""

from functools import lru_cache

import numpy as np
import polars as pl
from scipy.optimize import minimize

from .catalogue import SHIPPED
from .schema import LINE_ROLES

WEIGHTS = SHIPPED / "line_weights.csv"
ROLES = ("headline", "lead", "byline", "body", "caption", "related", "ui")
_TEXT = ROLES[:5]
_EXCHANGED = ("body", "caption", "related", "ui")  # roles that tell text from page
AROUND = (-2, -1, 0, 1, 2)  # the lines whose signals count for one
_OF_PAGE = ("related", "ui")
_SURE = 0.8  # probability from which a learned role overrules
_SITE = 3  # lines of the site from which a page is no plain text
_PENALTY = 3.0  # of the squares of weights, against learning by heart
_OFTEN = 3  # lines that show a signal, from which it has a weight
_ZONES = range(5)
_SHAPES = {
    "site_mark": pl.col("mark").is_not_null(),
    "small_letter": pl.col("plain").str.contains(r"^\p{Ll}"),
    "colon": pl.col("plain").str.contains(r"[:;,]$"),
    "period": pl.col("plain").str.ends_with("."),
    "question": pl.col("plain").str.ends_with("?"),
    "bullet": pl.col("plain").str.contains(r"^[-+*•–]|^\d+[.)] "),
    "digits": pl.col("plain").str.contains(r"\d"),
    "only_digits": pl.col("plain").str.contains(r"^[\d/:., -]+$"),
    "counted": pl.col("plain").str.contains(r"\(\d+\)$"),
    "address": pl.col("plain").str.contains(r"@|www|http"),
}
_LENGTHS = (1, 2, 3, 5, 7, 9, 13, 17, 23, 30, 45, 70, 110)  # syllables at which a line is of the next class
_PLACES = (1, 2, 3, 5, 8, 13, 21, 40)  # lines from the top, and to the end, of a page


def corrected(full: pl.DataFrame) -> pl.DataFrame:
    """Lines with signals and `role` → the same, the roles of sites' pages corrected where what was learned is sure.

    Only `_EXCHANGED` roles are, for one another, unless the line's form says its own (`by_form`); above the headline
    there is no text.
    """
    some = full.filter(_of_site())
    if some.is_empty():
        return full
    chances = probabilities(some)
    best, chance = pl.Series(np.array(ROLES)[chances.argmax(axis=1)]), pl.Series(chances.max(axis=1))
    sure = (chance > _SURE) & (some["role"] != "body") & ~((best == "related") & (some["role"] == "ui"))
    learned = some.select("n", learned=pl.when(sure).then(best))
    fits = pl.all_horizontal(pl.col("role", "learned").is_in(_EXCHANGED)) & ~pl.col("by_form")
    fits = fits & ((pl.col("k") > pl.col("headline_at")) | pl.col("learned").is_in(_OF_PAGE))
    return (
        full.join(learned, on="n", how="left", maintain_order="left")
        .with_columns(role=pl.when(fits).then("learned").otherwise("role"))
        .drop("learned")
    )


def _of_site() -> pl.Expr:
    """Whether a line's page holds lines of its site beside an article."""
    return (pl.col("role").is_in(_OF_PAGE).sum().over("whole") >= _SITE) & ~pl.col("lists")


def probabilities(full: pl.DataFrame) -> np.ndarray:
    """Lines with signals → the probability of each of `ROLES`, by the weights in `WEIGHTS`."""
    weights, shown = _weights(), shows(full)
    names = sorted({name for name, _ in weights} & set(shown.columns))
    shown = shown.select(names)
    matrix = shown.to_numpy().astype(np.float32)
    scores = np.zeros((full.height, len(ROLES)), np.float32)
    for by in AROUND:
        there = np.array([weights.get((name, by), _NONE) for name in names], np.float32)
        scores += np.where(_on_page(full, by)[:, None], np.roll(matrix @ there, -by, axis=0), 0)
    return _softmax(scores)


def shows(full: pl.DataFrame) -> pl.DataFrame:
    """Lines with signals and `role` → what each shows, as truth values, a column each."""
    k, lines = pl.int_range(pl.len()).over("whole"), pl.len().over("whole")
    parted = {"syllables": (pl.col("syllables"), _LENGTHS), "top": (k, _PLACES), "end": (lines - 1 - k, _PLACES)}
    gap = pl.when(pl.col("whole") == pl.col("whole").shift(1)).then(pl.col("line") - pl.col("last").shift(1) - 1)
    return full.select(
        pl.selectors.boolean(),
        **{f"as_{role}": pl.col("role") == role for role in LINE_ROLES},
        **{f"zone{zone}": pl.col("zone") == zone for zone in _ZONES},
        **_SHAPES,
        apart=(gap >= 1).fill_null(True),
        far=(gap >= 2).fill_null(True),
        any=pl.lit(True),
        **{
            f"{name}{low}": value.is_between(low, high, closed="left")
            for name, (value, edges) in parted.items()
            for low, high in zip((0, *edges), (*edges, 1 << 30), strict=True)
        },
    ).with_columns(pl.all().fill_null(False))


def fit(full: pl.DataFrame, accepted: pl.Series) -> pl.DataFrame:
    """Lines with signals and `role`, the roles right for each (null: not marked) → weights, a row a signal and place.

    They are learned from pages that hold lines of their site; a line of another article may have any role of a text.
    """
    kept = full.select(kept=_of_site())["kept"]
    full, accepted = full.filter(kept), accepted.filter(kept)
    matrix = shows(full).to_numpy().astype(np.float64)
    names = shows(full.head(0)).columns
    once = ("top", "end", "any")  # of the line itself alone
    around = np.hstack([np.where(_on_page(full, by)[:, None], np.roll(matrix, -by, axis=0), 0) for by in AROUND])
    keys = [(name, by) for by in AROUND for name in names]
    often = (around.sum(axis=0) >= _OFTEN) & np.array([by == 0 or not name.startswith(once) for name, by in keys])
    marked = accepted.is_not_null().to_numpy()
    right = np.array([[role in given or ("other" in given and role in _TEXT) for role in ROLES]
                      for given in accepted.drop_nulls()])  # fmt: skip
    around = around[marked][:, often]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, len(ROLES))
        chances = _softmax(around @ weights)
        of_right = (chances * right).sum(axis=1, keepdims=True)
        slope = around.T @ (chances - chances * right / of_right)
        return -np.log(of_right).sum() + _PENALTY / 2 * flat @ flat, (slope + _PENALTY * weights).ravel()

    start = np.zeros(around.shape[1] * len(ROLES))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150})
    kept = [key for key, is_often in zip(keys, often, strict=True) if is_often]
    table = pl.DataFrame(kept, schema={"signal": pl.String, "by": pl.Int8}, orient="row")
    return table.hstack(pl.DataFrame(found.x.reshape(-1, len(ROLES)).round(2), schema=list(ROLES)))


_NONE = (0.0,) * len(ROLES)


@lru_cache(maxsize=1)
def _weights() -> dict[tuple[str, int], tuple[float, ...]]:
    table = pl.read_csv(WEIGHTS)
    return {(signal, by): tuple(weights) for signal, by, *weights in table.select("signal", "by", *ROLES).iter_rows()}


def _on_page(full: pl.DataFrame, by: int) -> np.ndarray:
    """Whether the line `by` lines further down is the same page's."""
    return (full["whole"] == full["whole"].shift(-by)).fill_null(False).to_numpy()


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
