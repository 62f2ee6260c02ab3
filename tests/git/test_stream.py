import os
from typing import IO, cast

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.git.stream import pieces


@given(st.lists(st.sampled_from([b"a", b"\n", b"\0", b"\xc3\xbc", b"x" * 50]), max_size=60))
def test_pieces_are_the_whole_stream_and_end_where_something_ends(parts: list[bytes]) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"".join(parts))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        *whole, last = pieces(cast(IO[bytes], pipe))

    assert b"".join([*whole, last]) == b"".join(parts)
    assert all(piece.endswith((b"\n", b"\0")) for piece in whole)
    assert b"\n" not in last
