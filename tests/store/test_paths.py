"""File names for names that may be any bytes."""

from hypothesis import example, given
from hypothesis import strategies as st

from git_anvcs.store.paths import file_name

NAMES = st.binary(min_size=1, max_size=400).map(lambda raw: raw.decode(errors="surrogateescape"))


@given(NAMES, NAMES)
@example("refs/heads/a%b", "refs/heads/a/b")
@example("refs/heads/a%2Fb", "refs/heads/a/b")
@example("n" * 300, "n" * 301)
def test_no_two_names_share_a_file(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


@given(NAMES)
@example("refs/heads/" + "\u00fc" * 200)
def test_a_file_name_is_one_that_every_file_system_takes(name: str) -> None:
    made = file_name(name)
    assert len(made) <= 200
    assert made.isascii()
    assert "/" not in made


def test_a_plain_name_can_be_read() -> None:
    assert file_name("refs/heads/topic-1.x") == "refs%2Fheads%2Ftopic-1.x"
