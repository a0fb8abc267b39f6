"""Downloads from a server that misbehaves: mirrors, resumption, checksums, time-outs."""

import hashlib
import io
import tarfile

import pytest

from dlcourse.data import archive, download
from dlcourse.data.cache import Content, File
from dlcourse.data.errors import DataUnavailableError

BODY = bytes(range(256)) * 400  # 102,400 bytes


def file(*mirrors, body=BODY, **fields):
    return File("set/part.bin", len(body), hashlib.sha256(body).hexdigest(), mirrors, **fields)


def part_of(folder, content=None):
    """The part file, filled where content is given."""
    path = folder / "set" / "part.bin.part"
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path


def refused(mirrors, tmp_path, **fields):
    """The message of a download that must fail and leave nothing under the file's name."""
    with pytest.raises(DataUnavailableError) as told:
        download.fetch(file(*mirrors, **fields), tmp_path)
    assert not (tmp_path / "set" / "part.bin").exists()
    return str(told.value)


def test_a_file_arrives_whole_and_leaves_nothing_else_behind(server, tmp_path):
    path = download.fetch(file(server.route("/a", BODY)), tmp_path)
    assert path.read_bytes() == BODY
    assert list(path.parent.iterdir()) == [path]


def test_progress_is_reported_up_to_the_last_byte(server, tmp_path):
    seen = []
    wanted = file(server.route("/a", BODY))
    download.fetch(wanted, tmp_path, lambda which, there: seen.append((which, there)))
    assert {which for which, _ in seen} == {wanted}
    assert [there for _, there in seen] == sorted(there for _, there in seen)
    assert (seen[0][1], seen[-1][1]) == (0, len(BODY))


def test_the_next_mirror_is_asked_when_one_does_not_have_the_file(server, tmp_path):
    missing, good = server.route("/missing", status=404), server.route("/good", BODY)
    assert download.fetch(file(missing, good), tmp_path).read_bytes() == BODY
    assert [path for path, _ in server.asked] == ["/missing", "/good"]


def test_a_broken_connection_is_taken_up_where_it_broke(server, tmp_path):
    mirror = server.route("/a", BODY, breaks_off_after=[1000, 5000])
    assert download.fetch(file(mirror), tmp_path).read_bytes() == BODY
    assert server.asked == [("/a", None), ("/a", "bytes=1000-"), ("/a", "bytes=6000-")]


def test_another_mirror_goes_on_where_one_gave_up(server, tmp_path):
    broken = server.route("/broken", BODY, breaks_off_after=[1000, 0, 0])
    good = server.route("/good", BODY)
    assert download.fetch(file(broken, good), tmp_path).read_bytes() == BODY
    assert server.asked[-1] == ("/good", "bytes=1000-")


def test_a_server_that_cannot_resume_sends_everything_again(server, tmp_path):
    part_of(tmp_path, BODY[:700])
    mirror = server.route("/a", BODY, resumes=False)
    assert download.fetch(file(mirror), tmp_path).read_bytes() == BODY


def test_other_bytes_of_the_right_length_are_not_taken(server, tmp_path):
    wrong, good = server.route("/wrong", BODY[::-1]), server.route("/good", BODY)
    assert download.fetch(file(wrong, good), tmp_path).read_bytes() == BODY
    assert server.asked[-1] == ("/good", None)


def test_a_part_of_other_bytes_is_thrown_away_and_the_download_begins_anew(server, tmp_path):
    part_of(tmp_path, b"something else")
    mirror = server.route("/a", BODY)
    assert download.fetch(file(mirror), tmp_path).read_bytes() == BODY
    assert server.asked == [("/a", "bytes=14-"), ("/a", None)]


def test_a_complete_part_is_taken_without_asking_anyone(server, tmp_path):
    part_of(tmp_path, BODY)
    assert download.fetch(file(server.route("/a", BODY)), tmp_path).read_bytes() == BODY
    assert server.asked == []


def test_a_part_that_is_too_long_does_not_stop_the_download(server, tmp_path):
    part_of(tmp_path, BODY + b"more")
    assert download.fetch(file(server.route("/a", BODY)), tmp_path).read_bytes() == BODY


def test_a_page_of_another_length_is_turned_away_and_what_is_there_stays(server, tmp_path):
    part_of(tmp_path, BODY[:700])
    page = server.route("/login", b"<html>please log in</html>", resumes=False)
    assert f"offers 26 bytes instead of {len(BODY):,}" in refused([page], tmp_path)
    assert part_of(tmp_path).read_bytes() == BODY[:700]


def test_more_bytes_than_the_file_has_are_turned_away(server, tmp_path):
    endless = server.route("/endless", BODY + b"more", announces=False)
    assert f"sends more than {len(BODY):,} bytes" in refused([endless], tmp_path)


def test_a_file_of_unknown_length_has_a_limit(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 1000)
    with pytest.raises(DataUnavailableError, match="sends more than 1,000 bytes"):
        download.fetch(File("set/part.bin", 0, "", (server.route("/a", BODY),)), tmp_path)


def test_failure_names_the_file_each_mirror_and_its_reason(server, tmp_path):
    missing, wrong = server.route("/missing", status=404), server.route("/wrong", BODY[::-1])
    message = refused([missing, wrong, "http://127.0.0.1:1/none"], tmp_path)
    assert message.startswith(
        f"set/part.bin could not be downloaded from {missing} (answered 404 Not Found), "
        f"{wrong} (sent other bytes: the SHA-256 differs), http://127.0.0.1:1/none ("
    )


def test_a_server_that_is_silent_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    silent = server.route("/silent", BODY, pause=5)
    good = server.route("/good", BODY)
    assert download.fetch(file(silent, good), tmp_path).read_bytes() == BODY


def test_a_server_that_drips_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    drip = server.route("/drip", BODY, pause=0.05, chunk=10)
    good = server.route("/good", BODY)
    assert download.fetch(file(drip, good), tmp_path).read_bytes() == BODY
    assert int(server.asked[-1][1].removeprefix("bytes=").removesuffix("-")) > 0


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/a"])
def test_only_web_addresses_are_mirrors(address, tmp_path):
    assert "must begin with http:// or https://" in refused([address], tmp_path)


def packed(names, mode):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
    return buffer.getvalue()


def test_an_archive_that_is_packed_anew_each_time_is_known_by_its_members(server, tmp_path):
    known = Content(tmp_path, packed(["a/x.wav", "a/y.wav"], "w"))
    digest = archive.digest_of_members(known, "*.wav")
    repacked = packed(["other/y.wav", "other/notes.txt", "other/x.wav"], "w:gz")
    wanted = File("set/part.bin", 0, digest, (server.route("/a", repacked),), members="*.wav")
    with pytest.raises(DataUnavailableError, match="the SHA-256 differs"):  # contents are the members' names here
        download.fetch(wanted, tmp_path)
    same = packed(["a/y.wav", "a/x.wav", "a/notes.txt"], "w:gz")
    wanted = File("set/part.bin", 0, digest, (server.route("/b", same),), members="*.wav")
    assert download.fetch(wanted, tmp_path).read_bytes() == same


def test_what_is_no_archive_is_no_archive_of_the_right_members(server, tmp_path):
    wanted = File("set/part.bin", 0, "0" * 64, (server.route("/a", b"<html>"),), members="*.wav")
    with pytest.raises(DataUnavailableError, match="the SHA-256 differs"):
        download.fetch(wanted, tmp_path)
