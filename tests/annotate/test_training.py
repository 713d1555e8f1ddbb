"""Training on a small bank gives a coder that carries over to phrasings not seen."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from devnorms.annotate.coding import Report
from devnorms.annotate.embedded.coder import EmbeddedCoder
from devnorms.annotate.embedded.heads import read_weights
from devnorms.annotate.pipeline import propose

WALKS = [
    "{who} walks alone", "{who} is walking by {self}", "{who} walked across the room",
    "{who} took steps without holding on", "{who} is walking everywhere now",
    "{who} can walk without help",
]  # fmt: skip
TALKS = [
    "{who} says ball and dog", "{who} said two words", "{who} has two words",
    "{who} says milk and no", "{who} uses a couple of words", "{who} says words",
]  # fmt: skip
NO = "{who} does not {verb} yet|no {verb}ing yet|{who} can't {verb}|not {verb}ing"
NOTHING = [
    "we went to the market", "slept badly again", "new teeth and a cold", "loves soup",
    "it rained all week", "grandma came by", "fever on sunday", "the bus was late",
]  # fmt: skip


def _phrases(templates: list[str]) -> str:
    filled = {
        t.format(who=who, self="herself" if who == "she" else "himself")
        for t in templates
        for who in ("he", "she", "my son", "my girl")
    }
    return str(sorted(filled))


def _concept(name: str, templates: list[str], verb: str, other: str) -> str:
    no = [t.replace("{verb}", verb) for t in NO.split("|")]
    return (
        f"[concepts.{name}]\nachieved = {_phrases(templates)}\n"
        f"not_yet = {_phrases(no)}\n"
        f'unclear = ["maybe {verb}s, not sure", "i think {verb}s a bit, not sure"]\n'
        f'weaker = []\nother = ["{other}", "his brother {verb}ed early"]\n'
        f'lost = []\nnominal = ["{verb}ing"]\n'
    )


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of two milestones in one language."""
    folder = tmp_path_factory.mktemp("banks")
    text = (
        '[bank]\nlanguage = "en"\nreviewed_by = []\n'
        + _concept("walks_alone", WALKS, "walk", "babies walk at one")
        + _concept("says_two_words", TALKS, "talk", "children talk at one")
        + f'[frames]\nnothing = {NOTHING}\nlead_in = ["well, {{clause}}"]\n'
        'with_age = ["{clause} at {age}"]\nconnect = ["{a} and {b}"]\n'
        'negation_words = ["not", "no", "can\'t"]\nnot_yet_words = ["not yet"]\n'
        'hedge_words = ["maybe", "not sure"]\nother_words = ["brother"]\n'
        '[[ages]]\ntext = "nine months"\nlow = 9.0\nhigh = 9.0\n'
    )
    (folder / "en.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def training(root: Path) -> Iterator[ModuleType]:
    """The script, with its neighbours within reach."""
    folder = str(root / "datasets" / "annotator")
    sys.path.insert(0, folder)
    file = Path(folder) / "train.py"
    spec = importlib.util.spec_from_file_location("train", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(folder)


@pytest.fixture(scope="module")
def trained(
    training: ModuleType, bank: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Weights of the small bank."""
    out = tmp_path_factory.mktemp("weights") / "embedded.npz"
    training.train(bank, out)
    return out


def test_the_same_bank_gives_the_same_file(
    training: ModuleType, bank: Path, trained: Path, tmp_path: Path
) -> None:
    training.train(bank, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == trained.read_bytes()


def test_phrasings_that_were_not_in_the_bank_are_read(trained: Path) -> None:
    coder = EmbeddedCoder(read_weights(trained))
    text = "Our boy walks across the kitchen alone. We bought soup. He said two words!"
    (rows,) = propose([Report("a", "en", text)], coder)
    assert {(row["concept"], row["status"]) for row in rows} == {
        ("walks_alone", "achieved"),
        ("says_two_words", "achieved"),
    }


def test_the_file_says_what_it_was_made_of(trained: Path) -> None:
    about = read_weights(trained).about
    assert about["languages"] == ["en"]
    assert about["unreviewed"] == ["en"]
    assert about["concepts"] == ["says_two_words", "walks_alone", "none"]
    assert len(about["banks_sha256"]) == 64
    assert 0 < about["threshold"] < 1


def test_what_is_held_out_is_never_trained_on(training: ModuleType, bank: Path) -> None:
    from phrasebanks import part, read_banks

    whole = read_banks(bank)["en"]
    kept, held = part(whole, held_out=False), part(whole, held_out=True)
    for key, phrases in whole.phrases.items():
        assert set(kept.phrases[key]) & set(held.phrases[key]) == set()
        assert {*kept.phrases[key], *held.phrases[key]} == set(phrases)
