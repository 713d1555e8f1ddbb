"""An analysis file is read whole, or refused with all of its faults."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
import tomli_w

from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.workflow import read_analysis
from devnorms.workflow.analysis import analysis_from


def _write(folder: Path, text: str) -> Path:
    file = folder / "a.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_only_the_id_is_needed(tmp_path: Path) -> None:
    analysis = read_analysis(_write(tmp_path, '[analysis]\nid = "small"\n'))
    assert analysis.id == "small"
    assert analysis.data.source == "milestones"
    assert analysis.norms.shares == (0.25, 0.5, 0.75, 0.9)


def test_every_choice_of_a_file_arrives(tmp_path: Path) -> None:
    text = """
        [analysis]
        id = "all"
        title = "All choices"
        question = "Do they arrive?"
        [data]
        source = "childdevdata"
        path = "somewhere"
        populations = ["NLD-SMOCC"]
        domains = ["gross_motor"]
        milestones = ["walks_alone"]
        [count]
        corrected_age = true
        [model]
        min_populations = 1
        nodes = 7
        [model.priors.sd_item]
        median = 0.2
        reason = "wider, to see what changes"
        [sampling]
        chains = 2
        draws = 50
        tune = 60
        seed = 7
        cores = 1
        [norms]
        shares = [0.9]
        level = 0.8
    """
    analysis = read_analysis(_write(tmp_path, text))
    assert analysis.title == "All choices"
    assert analysis.analysis.question == "Do they arrive?"
    assert analysis.data.source == "childdevdata"
    assert analysis.data.path == "somewhere"
    assert analysis.data.populations == ("NLD-SMOCC",)
    assert analysis.data.domains == ("gross_motor",)
    assert analysis.data.milestones == ("walks_alone",)
    assert analysis.count.corrected_age is True
    assert (analysis.model.min_populations, analysis.model.nodes) == (1, 7)
    assert analysis.model.priors.sd_item.median == 0.2
    assert analysis.model.priors.sd_item.log_sd == 0.5
    assert analysis.model.priors.sd_item.reason == "wider, to see what changes"
    sampling = analysis.sampling
    assert (sampling.chains, sampling.draws, sampling.tune) == (2, 50, 60)
    assert (sampling.seed, sampling.cores) == (7, 1)
    assert analysis.norms.shares == (0.9,)
    assert analysis.norms.level == 0.8


def test_plain_values_give_the_same_analysis_back(root: Path) -> None:
    analysis = read_analysis(root / "analyses" / "motor.toml")
    assert analysis_from(analysis.to_dict(), "itself") == analysis


def test_plain_values_survive_a_file(root: Path, tmp_path: Path) -> None:
    analysis = read_analysis(root / "analyses" / "motor.toml")
    choices = analysis.to_dict()
    given = {k: v for k, v in choices["sampling"].items() if v is not None}
    choices["sampling"] = given  # what is left to the size of the fit is not written
    assert choices["model"]["priors"]["sd_item"]["reason"]
    again = read_analysis(_write(tmp_path, tomli_w.dumps(choices)))
    assert again == analysis


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = """
        [analysis]
        id = "Not an id"
        titel = "x"
        [data]
        sorce = "milestones"
        domains = "gross_motor"
        [samplng]
        chains = 4
        [sampling]
        chains = "four"
        draws = 5
        [norms]
        shares = [0.5, 90]
        level = 95
    """
    with pytest.raises(BadValueError, match=r"a\.toml: 6 faults found") as caught:
        read_analysis(_write(tmp_path, text))
    message = str(caught.value)
    for part in (
        "no section 'samplng'; did you mean 'sampling'?",
        "[analysis] has no setting 'titel'; did you mean 'title'?",
        "[data] has no setting 'sorce'; did you mean 'source'?",
        "[data] 'domains' must be a list such as ['a', 'b']. Got 'gross_motor'",
        "[sampling] 'chains' must be a whole number. Got 'four'",
        "[norms] 'shares' must be a share between 0 and 1",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"needs a section \[analysis\]"),
        ("analysis = 3", r"\[analysis\] must be a table"),
        ("[analysis]\ntitle = 'x'", r"\[analysis\] needs 'id'"),
        ("[analysis]\nid = 3", "'id' must be text in quotes. Got 3"),
        ("[analysis]\nid = 'A b'", "'id' must be 1 to 64 small letters"),
        (
            "[analysis]\nid = 'a'\n[data]\nsource = 'x'",
            "'milestones' or 'childdevdata'",
        ),
        ("[analysis]\nid = 'a'\n[data]\npath = 'x'", "which is bundled"),
        ("[analysis]\nid = 'a'\n[count]\ncorrected_age = true", "chronological age"),
        ("[analysis]\nid = 'a'\n[count]\ncorrected_age = 1", "true or false. Got 1"),
        ("[analysis]\nid = 'a'\n[sampling]\nchains = true", "whole number. Got True"),
        ("[analysis]\nid = 'a'\n[sampling]\ndraws = 2", "10 or more. Got 2"),
        ("[analysis]\nid = 'a'\n[norms]\nlevel = 95", "share between 0 and 1"),
        ("[analysis]\nid = 'a'\n[norms]\nshares = []", "one or more different shares"),
        (
            "[analysis]\nid = 'a'\n[model.priors.sd_item]\nmedian = -1",
            r"\[model.priors.sd_item\] 'median and log_sd' must be above zero",
        ),
    ],
)
def test_a_fault_is_told_with_what_was_expected(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(BadValueError, match=told):
        read_analysis(_write(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="There is no analysis file"):
        read_analysis(tmp_path / "none.toml")


@pytest.mark.parametrize("content", [b"[analysis", b"\xff\xfe\x00", b"<html></html>"])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="cannot be read as an analysis"):
        read_analysis(file)


def test_a_folder_is_not_an_analysis(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be read as an analysis"):
        read_analysis(tmp_path)


def test_choices_cannot_be_changed_later(root: Path) -> None:
    analysis = read_analysis(root / "analyses" / "demo.toml")
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        analysis.norms.level = 0.5  # type: ignore[misc]
