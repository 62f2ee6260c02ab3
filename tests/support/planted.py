"""Secrets of every kind, and the ways they stand in what people paste into prompts.

Put together at run time, so that no scanner trips over this file; no two alike by chance, and
each the same in every run.
"""

import random
import string
from typing import NamedTuple

LETTERS = string.ascii_letters + string.digits
BASE32 = string.ascii_uppercase + "234567"
BASE64 = LETTERS + "+/"
HEX = string.digits + "abcdef"
UPPER = string.ascii_uppercase + string.digits


class Planted(NamedTuple):
    """A text with one secret in it; kind: the rule that finds it."""

    kind: str
    text: str
    secret: str


def rand(size: int, alphabet: str = LETTERS) -> str:
    return "".join(random.Random(7).choices(alphabet, k=size))


def _tokens() -> dict[str, str]:
    """Shapes that tell by themselves what they are: the whole text is the secret."""
    return {
        "aws-access-key": "AK" + "IA" + rand(16, BASE32),
        "github-token": "gh" + "p_" + rand(36),
        "gitlab-token": "gl" + "pat-" + rand(20),
        "slack-token": "xo" + "xb-" + rand(12, string.digits) + "-" + rand(24),
        "stripe-key": "sk_" + "live_" + rand(24),
        "openai-key": "sk-" + "proj-" + rand(48),
        "anthropic-key": "sk-" + "ant-api03-" + rand(60),
        "jwt": "ey" + "J" + rand(20) + ".eyJ" + rand(40) + "." + rand(43),
        "npm-token": "np" + "m_" + rand(36),
        "pypi-token": "py" + "pi-AgEIcHlwaS5vcmc" + rand(60),
        "google-key": "AI" + "za" + rand(35),
        "hugging-face-token": "h" + "f_" + rand(34),
        "sendgrid-key": "S" + "G." + rand(22) + "." + rand(43),
        "digitalocean-token": "do" + "p_v1_" + rand(64, HEX),
        "age-key": "AGE-SEC" + "RET-KEY-1" + rand(58, UPPER),
        "telegram-token": rand(9, "123456789") + ":A" + "A" + rand(33),
        "vault-token": "hv" + "s." + rand(90),
        "crates-token": "ci" + "o" + rand(32),
        "databricks-token": "da" + "pi" + rand(32, HEX),
        "docker-token": "dckr" + "_pat_" + rand(27),
        "doppler-token": "dp" + ".pt." + rand(43),
        "fly-token": "fm" + "2_" + rand(100, BASE64),
        "grafana-token": "gl" + "sa_" + rand(32) + "_" + rand(8, HEX),
        "groq-key": "gs" + "k_" + rand(52),
        "linear-key": "lin" + "_api_" + rand(40),
        "mailgun-key": "ke" + "y-" + rand(32, HEX),
        "new-relic-key": "NR" + "AK-" + rand(27, UPPER),
        "perplexity-key": "pp" + "lx-" + rand(48),
        "postman-key": "PM" + "AK-" + rand(24, HEX) + "-" + rand(34, HEX),
        "replicate-token": "r" + "8_" + rand(37),
        "rubygems-key": "ruby" + "gems_" + rand(48, HEX),
        "sentry-token": "sn" + "trys_" + rand(60),
        "shopify-token": "sh" + "pat_" + rand(32, HEX),
        "terraform-token": rand(14) + ".atlas" + "v1." + rand(64),
        "twilio-key": "S" + "K" + rand(32, HEX),
        "xai-key": "xa" + "i-" + rand(80),
        "private-key": _block("RSA PRIV" + "ATE KEY"),
    }


def _block(name: str) -> str:
    return f"-----BEGIN {name}-----\n{rand(64)}\n-----END {name}-----"


def _in_context() -> list[Planted]:
    """What only its surroundings tell to be a secret."""
    word = rand(13) + "7!"
    plain = "Kq7" + rand(15)
    return [
        Planted("aws-secret-key", f"aws_secret_access_key = {rand(40)}", rand(40)),
        Planted("url-password", f"postgres://app:{rand(12)}@db.internal/app", rand(12)),
        Planted("secret-by-name", "db_passw" + f'ord = "{word}"', word),
        Planted("authorization-header", "Authorization: Bear" + f"er {rand(40)}", rand(40)),
        Planted("azure-key", "Account" + f"Key={rand(86)}==", rand(86)),
        Planted(
            "slack-webhook",
            "https://hooks.sl" + f"ack.com/services/T{rand(8)}/B{rand(8)}/{rand(24)}",
            rand(24),
        ),
        Planted("discord-token", f"discord: {rand(24)}.{rand(6)}.{rand(27)}", rand(27)),
        Planted("signed-url", "https://a.example/c?sv=2022&si" + f"g={rand(43)}%3D", rand(43)),
        Planted("login-line", "machine a.example login joe passw" + f"ord {plain}", plain),
        Planted("login-line", f"curl -s -u admin:{plain} https://a.example", plain),
    ]


def _forms() -> list[Planted]:
    """The same kinds as they stand in files, commands and transcripts."""
    word = "Kq7" + rand(15)
    jumbled = "ujOeHw" + "dFcAefAZ"
    by_name = {
        "dotenv": f"DATABASE_PASSWORD={word}\nDEBUG=1",
        "export": f"export API_TOKEN='{word}'",
        "yaml": f"  client_secret: {word}\n",
        "json": f'{{"api_key": "{word}", "n": 1}}',
        "json in json": f'{{\\"password\\": \\"{word}\\"}}',
        "json in json in json": f'{{\\\\\\"password\\\\\\": \\\\\\"{word}\\\\\\"}}',
        "keyword": f'connect(password="{word}", user="x")',
        "toml": f'secret_key = "{word}"',
        "ini": f"[db]\npassword = {word}",
        "docker": f"docker run -e MYSQL_ROOT_PASSWORD={word} mysql",
        "flag": f"mysql --password={word} -u root",
        "flag and word": f"psql --password {word} -U x",
        "header": f"curl -H 'X-API-Key: {word}' https://a.example",
        "jdbc": f"jdbc:postgresql://db/app?user=x&password={word}",
        "odbc": f"Server=tcp:x;User ID=u;Password={word};Encrypt=True",
        "npmrc": f"//registry.example/:_authToken={word}",
        "kubernetes": f"data:\n  password: {word}==",
        "item": f"config['token'] = '{word}'",
        "powershell": f'$env:DB_PASSWORD = "{word}"',
        "go": f'Token: "{word}",',
        "php": f"'password' => '{word}',",
        "backslash": f'password = "{word}\\x"',
    }
    found = [Planted("secret-by-name", text, word) for text in by_name.values()]
    return [
        *found,
        Planted("secret-by-name", f"DB_PASSWORD={jumbled}", jumbled),
        Planted("url-password", f"mongodb+srv://app:{word}@c.abcd.mongodb.net/x", word),
        Planted("url-password", f"redis://:{word}@10.0.0.1:6379/0", word),
        Planted("url-password", f"https://x-access-token:{word}@github.com/o/r", word),
        Planted("authorization-header", "Authorization: Ba" + f"sic {rand(28)}==", rand(28)),
        Planted("private-key", _block("OPENSSH PRIV" + "ATE KEY"), rand(64)),
        Planted("private-key", _block("PGP PRIV" + "ATE KEY BLOCK"), rand(64)),
        Planted("private-key", _block("PRIV" + "ATE KEY").replace("\n", "\\n"), rand(64)),
        Planted("private-key", _block("EC PRIV" + "ATE KEY").partition("\n-----END")[0], rand(64)),
        Planted("github-token", "github_" + "pat_" + rand(22) + "_" + rand(59), rand(59)),
        Planted("slack-token", "xa" + "pp-1-A" + rand(10) + "-" + rand(40), rand(40)),
        Planted("stripe-key", "wh" + "sec_" + rand(32), rand(32)),
    ]


# One of each kind, by kind: its text, and what of it must be gone.
KINDS = {
    **{kind: Planted(kind, text, text) for kind, text in _tokens().items()},
    **{each.kind: each for each in _in_context()},
}
ALL = [*(each for each in KINDS.values()), *_in_context(), *_forms()]
