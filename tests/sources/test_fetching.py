"""Fetching from a server that cuts, lies, stalls and refuses: whole file or message."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from devnorms._base.errors import FetchError, UnknownNameError
from devnorms.sources import datasets, download, fetch
from devnorms.sources.fetching import fetch_files
from devnorms.sources.registry import Dataset
from tests.sources.misbehaving import Server, serve

BODY = bytes(range(256)) * 1000
NAME = "gcdg_x.txt"
SHA = hashlib.sha256(BODY).hexdigest()
PART = f"{NAME}.{SHA[:8]}.part"


def pinned(*urls: str) -> Dataset:
    """A data set of one file at these addresses."""
    return Dataset(
        "toy", "Toy", "1", "c0ffee0", urls, "home", "", "", "", "", "", {NAME: SHA}
    )


def get(folder: Path, *servers: Server | str) -> Path:
    """Fetch the one file, the servers being tried in order."""
    urls = tuple(s if isinstance(s, str) else s.url for s in servers)
    return fetch_files(pinned(*urls), [NAME], folder, (), False)[NAME]


def begin(asked: str | None) -> int:
    """First byte of a range that was asked for."""
    assert asked is not None
    return int(asked.removeprefix("bytes=").rstrip("-"))


def only(folder: Path) -> list[str]:
    """Names of all that is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_good_server_gives_the_file_and_nothing_else_is_left(tmp_path: Path) -> None:
    with serve(BODY, "good") as server:
        path = get(tmp_path, server)
    assert path.read_bytes() == BODY
    assert only(tmp_path) == [NAME]


def test_a_second_fetch_asks_no_server(tmp_path: Path) -> None:
    with serve(BODY, "good") as server:
        get(tmp_path, server)
        get(tmp_path, server)
    assert len(server.ranges) == 1


def test_a_cut_connection_is_resumed_where_it_stopped(tmp_path: Path) -> None:
    with serve(BODY, "cut", "cut", "good") as server:
        assert get(tmp_path, server).read_bytes() == BODY
    first, second, third = server.ranges
    assert first is None
    # of what was sent at most one chunk is asked for again
    assert 0 <= len(BODY) // 2 - begin(second) <= download.CHUNK_BYTES
    assert begin(third) > len(BODY) * 3 // 4 - 2 * download.CHUNK_BYTES
    assert only(tmp_path) == [NAME]


def test_a_cut_connection_is_resumed_by_the_next_run(tmp_path: Path) -> None:
    with serve(BODY, "cut", "broken") as server:
        with pytest.raises(FetchError, match=r"\d+ bytes are kept in .*\.part"):
            get(tmp_path, server)
        assert only(tmp_path) == [PART]
        server.manners[:] = ["good"]
        assert get(tmp_path, server).read_bytes() == BODY
    assert server.ranges[1] == server.ranges[2]
    assert begin(server.ranges[2]) > len(BODY) // 2 - download.CHUNK_BYTES
    assert only(tmp_path) == [NAME]


def test_a_server_that_always_cuts_ends_in_a_message(tmp_path: Path) -> None:
    with serve(BODY, "cut") as server, pytest.raises(FetchError, match="was cut after"):
        get(tmp_path, server)
    assert only(tmp_path) == [PART]
    assert len(server.ranges) == download.ATTEMPTS


def test_a_server_that_cuts_before_the_first_byte_is_told(tmp_path: Path) -> None:
    with (
        serve(BODY, "cut_at_once") as server,
        pytest.raises(FetchError, match="was cut after 0 bytes"),
    ):
        get(tmp_path, server)
    assert NAME not in only(tmp_path)


def test_a_server_that_ignores_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    with serve(BODY, "cut", "ignores_range") as server:
        assert get(tmp_path, server).read_bytes() == BODY
    assert server.ranges[1] is not None


def test_a_server_that_sends_another_range_is_asked_for_all(tmp_path: Path) -> None:
    with serve(BODY, "cut", "wrong_range", "good") as server:
        assert get(tmp_path, server).read_bytes() == BODY
    assert server.ranges[2] is None


def test_a_part_that_is_already_whole_is_used(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(BODY)
    with serve(BODY, "good") as server:
        assert get(tmp_path, server).read_bytes() == BODY


def test_wrong_bytes_in_a_part_are_found_and_fetched_again(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"x" * 5000)
    with serve(BODY, "good") as server:
        assert get(tmp_path, server).read_bytes() == BODY
    assert server.ranges == ["bytes=5000-", None]
    assert only(tmp_path) == [NAME]


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("wrong_bytes", r"not the pinned file \(its SHA-256 is not"),
        ("empty", r"not the pinned file"),
        ("missing", "the server answers 404 Not Found"),
        ("broken", "the server answers 500 Internal Server Error"),
        ("html", r"a web page \(HTML\) came instead"),
        ("html_as_text", r"a web page \(HTML\) came instead"),
    ],
)
def test_each_refusal_is_told_and_leaves_nothing(
    tmp_path: Path, manner: str, words: str
) -> None:
    with (
        serve(BODY, manner) as server,
        pytest.raises(
            FetchError, match=rf"toy: {NAME} could not .*\n  - http.*{words}"
        ) as caught,
    ):
        get(tmp_path, server)
    assert NAME not in only(tmp_path)
    assert "What to do: try again; name a mirror" in str(caught.value)
    assert "DEVNORMS_DATA=<folder>" in str(caught.value)


@pytest.mark.parametrize("first", ["missing", "broken", "wrong_bytes", "html", "cut"])
def test_the_next_mirror_is_tried(tmp_path: Path, first: str) -> None:
    with serve(BODY, first) as bad, serve(BODY, "good") as good:
        assert get(tmp_path, bad, good).read_bytes() == BODY
    assert only(tmp_path) == [NAME]


def test_mirrors_that_a_person_names_come_first(tmp_path: Path) -> None:
    with serve(BODY, "good") as mirror, serve(BODY, "good") as home:
        address = mirror.url + "/some/{file}?raw=1"
        fetch_files(pinned(home.url), [NAME], tmp_path, (address,), False)
    assert len(mirror.ranges) == 1
    assert not home.ranges


def test_all_addresses_are_listed_with_their_reasons(tmp_path: Path) -> None:
    with (
        serve(BODY, "missing") as one,
        serve(BODY, "html") as two,
        pytest.raises(FetchError, match=rf"404[^\n]*\n  - {'http'}[^\n]*HTML"),
    ):
        get(tmp_path, one, two)


def test_a_slow_server_is_waited_for(tmp_path: Path) -> None:
    with serve(BODY, "slow") as server:
        assert get(tmp_path, server).read_bytes() == BODY


def test_a_server_that_stalls_is_given_up_and_the_part_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    part = tmp_path / PART
    loader = download.ResumingDownloader(part, lambda _done, _total: None, (1.0, 0.3))
    with (
        serve(BODY, "hangs") as server,
        pytest.raises(download.Refused, match="no answer in time"),
    ):
        loader(f"{server.url}/{NAME}", str(tmp_path / "whole"), None)
    assert not (tmp_path / "whole").exists()


def test_no_network_is_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match=r"no connection \(.*refused"):
        get(tmp_path, f"http://127.0.0.1:{port}")
    assert only(tmp_path) == []


def test_a_full_disk_is_told_and_its_space_given_back(tmp_path: Path) -> None:
    # a real device that is always full: the kernel answers 'no space left'
    (tmp_path / PART).symlink_to("/dev/full")
    with (
        serve(BODY, "good") as server,
        pytest.raises(FetchError, match=r"no space left on the disk.*Free some space"),
    ):
        get(tmp_path, server)
    assert only(tmp_path) == []
    assert len(server.ranges) == 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        serve(BODY, "good") as server,
        pytest.raises(FetchError, match=r"could not be written to .*folder="),
    ):
        get(tmp_path / "file" / "below", server)


def test_a_person_s_own_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"mine")
    with (
        serve(BODY, "good") as server,
        pytest.raises(FetchError, match=r"the folder given.* is not the pinned file"),
    ):
        get(tmp_path, server)
    assert (tmp_path / NAME).read_bytes() == b"mine"


def test_devnorms_data_is_used_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / NAME).write_bytes(BODY)
    monkeypatch.setenv("DEVNORMS_DATA", str(tmp_path))
    there = fetch_files(pinned("http://127.0.0.1:9"), [NAME], None, (), False)
    assert there == {NAME: tmp_path / "toy" / NAME}


def test_a_wrong_file_in_devnorms_data_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / NAME).write_bytes(b"something else")
    monkeypatch.setenv("DEVNORMS_DATA", str(tmp_path))
    with pytest.raises(FetchError, match=r"from DEVNORMS_DATA.*not the pinned file"):
        fetch_files(pinned(), [NAME], None, (), False)


def test_the_cache_is_used_without_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEVNORMS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serve(BODY, "good") as server:
        first = fetch_files(pinned(server.url), [NAME], None, (), False)[NAME]
        first.write_bytes(b"spoilt")  # our own copy: mended, not complained about
        second = fetch_files(pinned(server.url), [NAME], None, (), False)[NAME]
    assert first == second
    assert second.read_bytes() == BODY
    assert len(server.ranges) == 2


def test_progress_is_shown_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with serve(BODY, "slow") as server:
        fetch_files(pinned(server.url), [NAME], tmp_path, (), True)
    out, err = capsys.readouterr()
    assert out == ""
    assert f"fetching {NAME}" in err


def test_the_real_files_hash_to_what_the_registry_says(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(data_folder))
    there = fetch("childdevdata", progress=False)
    assert len(there) == 10
    assert all(p.parent == data_folder / "childdevdata" for p in there.values())


def test_the_registry_names_the_pinned_state_everywhere() -> None:
    pin = datasets()["childdevdata"]
    assert len(pin.commit) == 40
    assert all(pin.commit in url and "{file}" in url for url in pin.urls)
    assert all(len(sha) == 64 for sha in pin.files.values())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fetch("childdevdat"), r"Unknown source.*'childdevdata'"),
        (lambda: fetch("childdevdata", files=["gcdg_nl.txt"]), r"Unknown file"),
    ],
)
def test_unknown_names_are_told(call: Callable[[], object], words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        call()
