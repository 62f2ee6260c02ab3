"""What secrets look like, as data: written in the manner of gitleaks, matched by redact.py.

Patterns are bounded (no unlimited repeat next to another), so a hostile text costs linear time.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One kind of secret.

    words: lower-case; the pattern is tried only on texts that hold one of them
    pattern: group 1, where it has one, is the secret, else the whole match
    bits: the least Shannon entropy per character for a hit to count
    """

    name: str
    words: tuple[str, ...]
    pattern: str
    bits: float = 0.0


BY_NAME = "secret-by-name"

_NAMES = (
    r"(?:api_?key|apikey|api-key|secret|token|passwd|password|passphrase|pwd|credential"
    r"|access_?key|access-key|private_?key|auth_?key|client_?key|connection_?string)"
)

# The order matters: whole blocks and exact shapes first, the guess from a name last.
RULES = (
    Rule(
        "private-key",
        ("private key",),
        r"-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\S]*?-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[\s\S]*)",
    ),
    Rule(
        "url-password",
        ("://",),
        r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@'\"<>]{0,128}:([^\s/@'\"<>]{3,256})@",
    ),
    Rule(
        "aws-access-key",
        ("akia", "asia", "abia", "acca"),
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
        2.5,
    ),
    Rule(
        "aws-secret-key",
        ("secret",),
        r"(?i:aws_?secret(?:_?access)?_?key|secret_?access_?key)['\"]?\s*(?::|=>|=)\s*['\"]?"
        r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
        3.0,
    ),
    Rule(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})",
        2.5,
    ),
    Rule(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-"),
        r"\bgl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_.-]{20,300}",
        2.5,
    ),
    Rule(
        "slack-token",
        ("xox", "xapp-"),
        r"\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}",
        2.0,
    ),
    Rule(
        "slack-webhook",
        ("hooks.slack.com",),
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{20,100})",
    ),
    Rule(
        "stripe-key",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"),
        r"\b(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,120}|whsec_[A-Za-z0-9+/=]{24,100})",
        2.0,
    ),
    Rule("anthropic-key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_-]{20,200}", 3.0),
    Rule(
        "openai-key",
        ("sk-",),
        r"\bsk-(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,200}",
        3.5,
    ),
    Rule(
        "jwt",
        ("eyj",),
        r"\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,4096}",
        3.0,
    ),
    Rule("npm-token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b", 2.5),
    Rule("pypi-token", ("pypi-",), r"\bpypi-[A-Za-z0-9_-]{50,300}", 2.5),
    Rule(
        "google-key",
        ("aiza", "ya29.", "gocspx-"),
        r"\b(?:AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,300}|GOCSPX-[A-Za-z0-9_-]{28})",
        3.0,
    ),
    Rule("hugging-face-token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,80}", 2.5),
    Rule("sendgrid-key", ("sg.",), r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}", 3.0),
    Rule(
        "digitalocean-token",
        ("dop_v1_", "doo_v1_", "dor_v1_"),
        r"\bdo[opr]_v1_[a-f0-9]{64}\b",
        2.5,
    ),
    Rule("age-key", ("age-secret-key-",), r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,70}"),
    Rule(
        "azure-key",
        ("accountkey=", "sharedaccesskey="),
        r"(?i:accountkey|sharedaccesskey)=([A-Za-z0-9+/]{40,100}={0,2})",
        3.0,
    ),
    Rule("vault-token", ("hvs.", "hvb."), r"\bhv[sb]\.[A-Za-z0-9_-]{24,300}", 3.0),
    Rule("crates-token", ("cio",), r"\bcio[A-Za-z0-9]{32}\b", 3.8),
    Rule("databricks-token", ("dapi",), r"\bdapi[0-9a-f]{32}(?:-[0-9])?\b", 2.5),
    Rule(
        "discord-token",
        ("discord",),
        r"\b[A-Za-z0-9_-]{24,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}\b",
        3.5,
    ),
    Rule("docker-token", ("dckr_pat_",), r"\bdckr_pat_[A-Za-z0-9_-]{27,60}", 3.0),
    Rule("doppler-token", ("dp.pt.",), r"\bdp\.pt\.[A-Za-z0-9]{40,60}", 3.0),
    Rule("fly-token", ("fm2_",), r"\bfm2_[A-Za-z0-9+/=_-]{60,900}", 3.5),
    Rule("grafana-token", ("glsa_", "glc_"), r"\bgl(?:sa|c)_[A-Za-z0-9+/_=]{32,400}", 3.0),
    Rule("groq-key", ("gsk_",), r"\bgsk_[A-Za-z0-9]{48,64}\b", 3.0),
    Rule("linear-key", ("lin_api_", "lin_oauth_"), r"\blin_(?:api|oauth)_[A-Za-z0-9]{40,64}", 3.0),
    Rule("mailgun-key", ("key-",), r"\bkey-[0-9a-f]{32}\b", 2.5),
    Rule("new-relic-key", ("nrak-",), r"\bNRAK-[A-Z0-9]{27}\b", 2.5),
    Rule("perplexity-key", ("pplx-",), r"\bpplx-[A-Za-z0-9]{40,64}\b", 3.0),
    Rule("postman-key", ("pmak-",), r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b", 2.5),
    Rule("replicate-token", ("r8_",), r"\br8_[A-Za-z0-9_-]{37,40}\b", 3.0),
    Rule("rubygems-key", ("rubygems_",), r"\brubygems_[0-9a-f]{48}\b", 2.5),
    Rule("sentry-token", ("sntrys_", "sntryu_"), r"\bsntry[su]_[A-Za-z0-9+/=_-]{40,400}", 3.0),
    Rule(
        "shopify-token",
        ("shpat_", "shpss_", "shpca_", "shppa_"),
        r"\bshp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}\b",
        2.5,
    ),
    Rule(
        "terraform-token", (".atlasv1.",), r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,80}", 3.0
    ),
    Rule("twilio-key", ("sk",), r"\bSK[0-9a-f]{32}\b", 2.5),
    Rule("xai-key", ("xai-",), r"\bxai-[A-Za-z0-9]{70,90}\b", 3.0),
    Rule(
        "signed-url",
        ("sig=", "signature="),
        r"[?&](?:sig|X-Amz-Signature|X-Goog-Signature)=([A-Za-z0-9%+/_-]{40,600})",
        3.0,
    ),
    Rule(
        "login-line",
        ("password", "curl"),
        r"(?:\bmachine\s{1,4}\S{1,200}\s{1,4}login\s{1,4}\S{1,200}\s{1,4}password\s{1,4}"
        r"|\bcurl\s(?:[^\n|;&]{0,200}\s)?(?:-u|--user)[ =]['\"]?[^\s:'\"]{1,100}:)"
        r"([^\s'\"$]{6,200})",
        2.0,
    ),
    Rule("telegram-token", (":aa",), r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b", 3.0),
    Rule(
        "authorization-header",
        ("bearer", "authorization"),
        r"(?i:authorization['\"]?\s{0,4}[:=]\s{0,4}['\"]?(?:bearer|basic|token)|\bbearer)\s{1,4}"
        r"([A-Za-z0-9._~+/=-]{16,4096})",
        3.0,
    ),
    Rule(
        BY_NAME,
        ("key", "secret", "token", "passw", "passphrase", "pwd", "credential", "connection"),
        rf"(?i:(?:(?<=[\s'\"])--[a-z-]{{0,20}}{_NAMES}\s|{_NAMES}[A-Za-z0-9_.-]{{0,24}}"
        r"(?:\\{0,3}['\"`])?\]?\s{0,4}(?::=|=>|=|:)))\s{0,4}"
        r"(?:(?P<quote>\\{0,3}['\"`])(?P<quoted>[^'\"`\r\n]{6,256}?)(?P=quote)"
        r"|(?P<bare>[^\s'\"`,;(){}\[\]<>]{8,256}))",
    ),
)
