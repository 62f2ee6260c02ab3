from shelf.cli import main


def run(tmp_path, *arguments):
    return main(["--file", str(tmp_path / "shelf.json"), *arguments])


def test_add_and_show(tmp_path, capsys):
    assert run(tmp_path, "add", "Emma", "--author", "Jane Austen", "--pages", "474") == 0
    assert run(tmp_path, "show") == 0
    assert capsys.readouterr().out == "added Emma\nEmma by Jane Austen\n"


def test_progress(tmp_path, capsys):
    run(tmp_path, "add", "Emma", "--pages", "474")
    assert run(tmp_path, "progress", "Emma", "100") == 0
    assert capsys.readouterr().out.endswith("Emma: 100 of 474\n")


def test_remove_what_is_not_there(tmp_path, capsys):
    assert run(tmp_path, "remove", "Emma") == 3
