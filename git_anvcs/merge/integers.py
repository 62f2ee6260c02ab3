"""What a written integer is, whatever the language: `0x1F`, `1_000u`, `-1`, `1 << 3`, `BIT(3)`."""

import re

# A number with its separators and suffix; what goes on behind it (`1.5`, `2px`) is none.
LITERAL = (
    r"(?:0[xX][\da-fA-F_']+?|0[bB][01_']+|0[oO][0-7_']+|\d[\d_']*)"
    r"(?:[iu](?:8|16|32|64|128|size)|[uUlLzZnN]{1,3})?(?![\w.])"
)
TOKEN = re.compile(rf"\s*(?:({LITERAL})|(<<|>>|[-+*|^&~()]))")
SUFFIX = re.compile(r"(?:[iu](?:8|16|32|64|128|size)|[uUlLzZnN]+)$")
# What makes another type of a number, `(u8)5`, `Code(5)`, `5 as u8`: it is the number still.
BEFORE = re.compile(r"\(\s*[A-Za-z_][\w ]*\)\s*(?=[\d(~-])|[A-Za-z_][\w.:<>]*(?=\s*\()")
LABEL = re.compile(r"(?<=\()\s*[A-Za-z_]\w*\s*[:=]\s*")
BEHIND = re.compile(r"\s+as\s+\w+\s*$")
FLAG = re.compile(r"\b_*BIT(?:_?U?LL?)?\s*\(\s*(\d+)\s*\)")
LEVELS = ({"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*"})
WIDEST = 1024  # bits: nobody shifts further
LONGEST = 100  # characters: a longer one is computed from something


def integer(text: str, *, octal: bool = False) -> int | None:
    """The value of a text that is an integer or computed from some; None for any other.

    octal: a leading 0 makes it octal, as in C
    """
    text = text.strip()
    if text.isdecimal() and text[0] != "0":
        return int(text)
    if len(text) > LONGEST or not any(map(str.isdecimal, text)):
        return None
    text = BEHIND.sub("", LABEL.sub("", BEFORE.sub("", FLAG.sub(r"(1<<\1)", text))))
    try:
        words = parts(text, octal)
        value = combined(words, 0) if words else None
    except (LookupError, ValueError):
        return None
    return None if words else value


def parts(text: str, octal: bool) -> list[int | str]:
    """The numbers and operators of a text; none where it has anything else."""
    found: list[int | str] = []
    at = 0
    while at < len(text.rstrip()):
        token = TOKEN.match(text, at)
        if not token:
            return []
        found.append(token[2] or literal(token[1], octal))
        at = token.end()
    return found


def literal(text: str, octal: bool) -> int:
    """Raises ValueError for a number that the language does not have (`09` as octal)."""
    digits = SUFFIX.sub("", text.replace("_", "").replace("'", ""))
    if digits[:1] == "0" and digits.isdecimal():
        return int(digits, 8 if octal else 10)
    return int(digits, 0)


def combined(words: list[int | str], level: int) -> int:
    """Takes an expression of this level off the front. LookupError, ValueError: it is none."""
    if level == len(LEVELS):
        return single(words)
    value = combined(words, level + 1)
    while words and words[0] in LEVELS[level]:
        sign = words.pop(0)
        value = applied(value, str(sign), combined(words, level + 1))
    return value


def single(words: list[int | str]) -> int:
    match words.pop(0):
        case int(number):
            return number
        case "-":
            return -single(words)
        case "~":
            return ~single(words)
        case "(":
            value = combined(words, 0)
            if words.pop(0) != ")":
                raise ValueError
            return value
    raise ValueError


def applied(one: int, sign: str, two: int) -> int:
    match sign:
        case "|":
            return one | two
        case "^":
            return one ^ two
        case "&":
            return one & two
        case "+":
            return one + two
        case "-":
            return one - two
        case "*":
            return one * two
    if not 0 <= two <= WIDEST:
        raise ValueError
    return one << two if sign == "<<" else one >> two
