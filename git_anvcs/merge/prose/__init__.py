"""Text with headings, such as Markdown and reStructuredText: read into sections and blocks.

headings: from lines to sections; blocks: items, tables, code, paragraphs; words: edits inside one.
"""
