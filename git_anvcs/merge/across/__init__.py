"""What merging a tree needs beyond its files: definitions that go from one file to another.

Pure, like all of `merge`: texts by path go in, texts by path come out.
"""
