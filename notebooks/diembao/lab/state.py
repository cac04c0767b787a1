"""All that a researcher has chosen in the lab, in one object that a link or a cell restores."""

from urllib.parse import parse_qs, urlencode

from traitlets import Enum, HasTraits, List, TraitError, Unicode

from .. import charts
from ..measures import comparison, selection
from ..schema import COUNTED_ROLES, LINE_ROLES, DiembaoError
from ..wording import LANGUAGES

LINK = "diembao:?"  # what a view written as a link begins with


class View(HasTraits):
    """The choices behind every figure on the screen; names and meanings are those of `measures.select`.

    `only`: sources on which an article must stand to count at all (empty: every article). `catalogue`: a folder with
    actors and aliases of the researcher's own.
    """

    corpus = Unicode("sample")
    catalogue = Unicode("")
    actors = List(Unicode())
    sources = List(Unicode(), list(selection.DEFAULT_SOURCES))
    basis = Enum(comparison.BASES, "any")
    only = List(Unicode())
    date_from = Unicode("")
    date_to = Unicode("")
    line_roles = List(Enum(LINE_ROLES), list(COUNTED_ROLES))
    capitals = Enum(selection.CAPITALS, "gov")
    duplicates = Enum(selection.DUPLICATES, "once")
    measure = Enum(charts.MEASURES, "share")
    language = Enum(LANGUAGES, "en")

    def to_dict(self) -> dict[str, str | list[str]]:
        """→ every choice by name."""
        return {name: getattr(self, name) for name in self.trait_names()}

    @classmethod
    def from_dict(cls, choices: dict) -> "View":
        """Choices by name, as `to_dict` gives them → the view; `DiembaoError` for one there is not."""
        view = cls()
        view.choose(**choices)
        return view

    def choose(self, **choices: object) -> None:
        """Sets several choices as one change; `DiembaoError` names the one that cannot be, and none is set."""
        before = self.to_dict()
        try:
            with self.hold_trait_notifications():
                for name, value in choices.items():
                    if name not in before:
                        raise DiembaoError(f"view: {name!r} is no choice; choose from {', '.join(before)}")
                    setattr(self, name, list(value) if isinstance(value, tuple) else value)
        except TraitError as error:
            raise DiembaoError(f"view: {error}") from None

    def to_link(self) -> str:
        """→ the choices that are not the usual ones, as one line to keep or send."""
        usual = type(self)().to_dict()
        told = {name: value for name, value in self.to_dict().items() if value != usual[name]}
        return LINK + urlencode({name: value or [""] for name, value in told.items()}, doseq=True)

    @classmethod
    def from_link(cls, link: str) -> "View":
        """A line from `to_link`, with or without what stands before its question mark → the view."""
        read = parse_qs(link.rpartition("?")[2], keep_blank_values=True)
        usual = cls().to_dict()
        lists = {name for name, value in usual.items() if isinstance(value, list)}
        return cls.from_dict(
            {name: [item for item in found if item] if name in lists else found[-1] for name, found in read.items()}
        )

    def to_cell(self) -> str:
        """→ a code cell that makes the present table of actors and its chart with the public functions alone."""
        opened = f"open_corpus({self.corpus!r})"
        imports = "from diembao import charts, measures, open_corpus"
        if self.catalogue:
            opened = f"open_corpus({self.corpus!r}, load_catalogue(own={self.catalogue!r}))"
            imports = "from diembao import charts, load_catalogue, measures, open_corpus"
        names = ("date_from", "date_to", "sources", "actors", "line_roles", "capitals", "duplicates")
        asked = "".join(f"    {name}={getattr(self, name)!r},\n" for name in names)
        only = ""
        if self.only:
            only = (
                f"standing = comparison.attributed(articles, chosen.citations, {self.only!r}, {self.basis!r})\n"
                "articles = selection.of(articles, standing)\n"
            )
        return (
            f"{imports}\n"
            "from diembao.measures import comparison, frequency, selection\n"
            "from diembao.wording import Words\n\n"
            f"news = {opened}\n"
            f"chosen = measures.select(\n    news,\n{asked})\n"
            "articles = chosen.articles\n"
            f"{only}"
            "by_actor = frequency.by_actor(chosen.mentions, articles, chosen.actors)\n"
            f"words = Words({self.language!r}, chosen.names)\n"
            "found = words.actors(by_actor)\n"
            "charts.actor_bars(by_actor, words, found.title)\n"
        )
