"""Times only grow, and go on at the pace of the clock although that was set back."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.journal import clock

YEAR = 365 * 86_400.0
moments = st.floats(0, 2e9)


@given(st.lists(moments, min_size=1), moments)
def test_times_only_grow(said: list[float], begin: float) -> None:
    going, times = clock.Going(), [clock.at(begin)]
    for seconds in said:
        times.append(clock.after(times[-1], going.seconds(times[-1], seconds)))
    assert times == sorted(set(times))


@given(st.lists(st.floats(0, 3600), min_size=1), st.floats(20, YEAR))
def test_a_clock_that_was_set_back_goes_on_at_its_pace(steps: list[float], back: float) -> None:
    going, now = clock.Going(), 2e9
    last = clock.after(0, going.seconds(0, now))
    first = going.seconds(last, now - back)
    assert first > now
    last, passed = clock.after(last, first), 0.0
    for step in steps:
        passed += step
        last = clock.after(last, going.seconds(last, now - back + passed))
        if passed > back - 20:  # it caught up
            return
        assert abs((last >> 16) / 1000 - first - passed) < 0.01 * len(steps)


def test_one_look_stays_one() -> None:
    going, last = clock.Going(), clock.at(2e9)
    found = []
    for _ in range(3):
        last = clock.after(last, going.seconds(last, 1e9))
        found.append(last >> 16)
    assert len(set(found)) == 1
