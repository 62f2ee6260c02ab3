from pathlib import Path

from benchmarks import feature_pairs
from benchmarks.feature_pairs import GIT, OURS, PASSES, Checkout


def test_every_feature_is_on_the_same_base(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "repo", GIT)
    branches = checkout.git("branch", "--format=%(refname:short)").split()
    assert set(branches) == {"base", *feature_pairs.features()}


def test_two_features_are_merged_and_tested(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "repo", OURS)
    assert checkout.merge(("json_export", "markdown_export")).outcome == PASSES


def test_a_merge_that_lost_a_test_does_not_pass(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "repo", GIT)
    checkout.git("checkout", "-q", "--detach", "stats")
    assert not checkout.passes(("stats", "json_export"))


def test_pairs_are_drawn_by_the_seed() -> None:
    assert feature_pairs.pairs(20, 1) == feature_pairs.pairs(20, 1)
    names = feature_pairs.features()
    assert len(feature_pairs.pairs(10_000, 1)) == len(names) * (len(names) - 1) // 2
