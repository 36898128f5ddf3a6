"""The piece table's laws: a plan gives the new state, and writes no more than what is new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from session_lab.stores.pieces import join, length, plan_save, slice_ranges, unused

KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=20)
RANGES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 10)).map(lambda t: (t[0], t[0] + t[1])), max_size=8
)


def positions(ranges):
    return [position for start, stop in ranges for position in range(start, stop)]


class Log:
    """A log as a backend keeps it: a list that only grows."""

    def __init__(self):
        self.rows = []
        self.head, self.ranges = [], ()

    def save(self, new):
        known = dict(zip(self.head, positions(self.ranges), strict=True))
        plan = plan_save(self.head, self.ranges, new, known=known, end=len(self.rows))
        self.rows += [new[index] for index in plan.write]
        self.head, self.ranges = new, plan.ranges
        return plan

    def read(self, ranges):
        return [self.rows[position] for position in positions(ranges)]


@given(st.lists(KEYS, max_size=8))
def test_every_state_ever_saved_can_be_read_back(states):
    log = Log()
    saved = [(state, log.save(state).ranges) for state in states]
    assert all(log.read(ranges) == state for state, ranges in saved)


@given(KEYS, KEYS)
def test_what_the_head_has_is_not_written_again(first, second):
    log = Log()
    log.save(first)
    plan = log.save(second)
    assert {second[index] for index in plan.write} == set(second) - set(first)
    assert len(plan.write) == len({second[index] for index in plan.write})


@given(st.lists(st.integers(), unique=True, max_size=50), st.lists(st.integers(), max_size=5))
def test_appending_writes_the_new_and_keeps_one_range(first, more):
    log = Log()
    log.save(first)
    new = [("new", number, key) for number, key in enumerate(more)]
    plan = log.save([*first, *new])
    assert len(plan.write) == len(new)
    assert len(plan.ranges) <= 1


def test_an_edit_in_the_middle_writes_one_and_makes_three_ranges():
    log = Log()
    log.save(list(range(100)))
    plan = log.save([*range(50), "edited", *range(51, 100)])
    assert plan.write == (50,)
    assert plan.ranges == ((0, 50), (100, 101), (51, 100))


@given(RANGES)
def test_joining_changes_no_position(ranges):
    assert positions(join(ranges)) == positions(ranges)
    assert length(join(ranges)) == len(positions(ranges))


@given(RANGES, st.integers(0, 40), st.integers(0, 40))
def test_slicing_ranges_is_slicing_positions(ranges, start, stop):
    assert positions(slice_ranges(ranges, start, stop)) == positions(ranges)[start:stop]


@given(RANGES, st.integers(0, 5))
def test_unused_is_what_no_range_touches(ranges, more):
    end = max((stop for _, stop in ranges), default=0) + more
    used = set(positions(ranges))
    assert positions(unused(ranges, end)) == [p for p in range(end) if p not in used]
