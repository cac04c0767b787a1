"""What is drawn is kept under all it was made of: the same once, anything else again, nothing for ever."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from diembao.measures import intervals, kept


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """→ where this test's arrays are kept."""
    monkeypatch.setenv("DIEMBAO_CACHE", str(tmp_path))
    return tmp_path / "drawn"


def twice(values, *others):
    CALLS.append(others)
    return np.asarray(values.sum(0)) * 2.0


CALLS = []


@pytest.fixture(autouse=True)
def calls():
    CALLS.clear()
    return CALLS


def test_what_was_made_of_the_same_is_not_made_again(calls, folder):
    values = np.arange(6.0).reshape(2, 3)
    first = kept.once(twice, (values, "a", 1))
    assert np.array_equal(first, [6, 10, 14])
    assert np.array_equal(kept.once(twice, (values.copy(), "a", 1)), first)
    assert np.array_equal(kept.once(twice, (np.asfortranarray(values), "a", 1)), first)
    assert len(calls) == 1 and len(list(folder.iterdir())) == 1


def test_whatever_differs_is_made_by_itself(calls, monkeypatch):
    values, stream = np.arange(6.0).reshape(2, 3), intervals.generator(1, "a")
    further = intervals.generator(1, "a")
    further.random()
    spawned = intervals.generator(1, "a")
    spawned.spawn(1)
    different = [
        (values, 1),
        (values, 1.0),
        (values, "1"),
        (values.astype(int), 1),
        (values.reshape(3, 2), 1),
        (values + 1, 1),
        (csr_array(values), 1),
        (values, stream),
        (values, further),
        (values, spawned),
        (values, intervals.generator(1, "b")),
    ]
    for what in different:
        kept.once(twice, what)
    kept.once(twice, (values, 1), "other blocks")
    monkeypatch.setattr(kept, "versions", lambda: {"diembao": "another"})
    kept.once(twice, (values, 1))
    assert len(calls) == len(different) + 2


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(1, 9)), max_size=12), st.randoms())
def test_the_same_counts_are_the_same_in_whatever_order_they_came(cells, shuffle):
    def counts(cells):
        row, column, count = np.array(cells, dtype=int).reshape(-1, 3).T
        return csr_array((count.astype(float), (row, column)), shape=(4, 5))

    again = list(cells)
    shuffle.shuffle(again)
    assert list(kept._parts(counts(cells))) == list(kept._parts(counts(again)))


def tabled(values, *others):
    return pl.DataFrame({"row": [1, 2], "sum": twice(values, *others)})


@pytest.mark.parametrize("work", [twice, tabled])
def test_what_is_not_whole_is_made_again(calls, folder, work):
    values = np.ones((2, 2))
    first = work(values)
    assert np.array_equal(kept.once(work, (values,)), first)
    (file,) = folder.iterdir()
    for damaged in (file.read_bytes()[:-5], b"", b"nothing"):
        file.write_bytes(damaged)
        assert np.array_equal(kept.once(work, (values,)), first)
    assert len(calls) == 5


def test_a_table_is_kept_as_an_array_is(calls, folder):
    first = kept.once(tabled, (np.ones((2, 2)),))
    assert kept.once(tabled, (np.ones((2, 2)),)).equals(first) and len(calls) == 1
    assert [file.suffix for file in folder.iterdir()] == [".arrow"]


class Part:
    def __init__(self, mark, rows):
        self.mark, self.rows = mark, rows

    def sum(self, axis):
        return self.rows.sum(axis)


def test_tables_functions_and_parts_tell_what_is_made(calls):
    days = pl.DataFrame({"first": [date(2024, 5, 1), None], "many": [0, 2]})
    values, others = np.ones((2, 2)), [days, days[::-1], days.rename({"many": "few"}), days.fill_null(date(1970, 1, 1))]
    different = [(values, other) for other in (*others, twice, tabled, ("a", "b"), ("ab",), (("a",), "b"))]
    different += [(Part(mark, values),) for mark in "ab"]
    for _ in range(2):
        for what in different:
            kept.once(twice, what)
    kept.once(twice, (Part("a", 2 * values),))  # told by its mark alone: that tells its rows
    assert len(calls) == len(different)


def test_where_nothing_can_be_kept_it_is_made_each_time(calls, folder):
    folder.write_text("no folder")
    assert [kept.once(twice, (np.ones((1, 1)),)).item() for _ in range(2)] == [2, 2] and len(calls) == 2


def test_several_at_once_keep_one_array_and_leave_nothing_else(folder):
    values = np.random.default_rng(1).random((50, 50))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept.once(twice, (values,)), range(40)))
    assert all(np.array_equal(each, found[0]) for each in found)
    assert [file.suffix for file in folder.iterdir()] == [".npy"]


def test_what_has_long_not_been_used_goes_and_so_does_what_there_is_no_room_for(folder, monkeypatch):
    arrays = [np.full((10, 10), number) for number in range(4)]
    for number, values in enumerate(arrays):
        kept.once(twice, (values,))
        newest = max(folder.iterdir(), key=lambda file: file.stat().st_ctime_ns)
        os.utime(newest, (time.time() - 100 * (4 - number),) * 2)
    size = newest.stat().st_size
    kept.once(twice, (arrays[0],))  # used again: now the newest
    monkeypatch.setattr(kept, "ROOM", 2 * size)
    kept._clear.cache_clear()
    kept.once(twice, (np.zeros((1, 1)),))
    assert sorted(np.load(file)[0] for file in folder.iterdir()) == [0, 0, 60]
    for file in folder.iterdir():
        os.utime(file, (time.time() - kept.UNUSED - 1,) * 2)
    kept._clear.cache_clear()
    kept.once(twice, (arrays[1],))
    assert [np.load(file)[0] for file in folder.iterdir()] == [20]


def test_only_what_takes_more_than_a_block_of_draws_is_kept(folder):
    values = np.random.default_rng(1).poisson(3, (600, 4)).astype(float)
    for draws, files in ((100, 0), (2000, 1), (2000, 1), (2001, 2)):
        intervals.ends(values, intervals.generator(1), draws)
        assert len(list(folder.glob("*"))) == files
