"""Passwords that shells, SQL, YAML, URLs or Kubernetes could take for something else."""

from __future__ import annotations

PASSWORDS = {
    "quotes": """it's "quoted" `id`""",
    "backslashes": "back\\slash\\n\\\\ and \\",
    "variables": "$HOME ${HOME} $$HOME $1 a$b $",
    "references": "$(HOME) $$(HOME) $(id)",
    "url": "p@ss/w:rd?x=1&y=2#%25 +",
    "dashes": "--requirepass -x",
    "template": "{{ .Values }} {MYSQL_USER} %s %d",
    "sql": "'; DROP USER root; -- ",
    "yaml": "- a: b #c *d &e !f [g {h | > @",
    "spaces": " a  b ",
    "unicode": "пароль ü € 🔑 \u2028",
    "number": "1e5",
    "long": "x" * 200,
}
"""Each by what it is nasty for; all can be printed but for a separator of lines."""

ALL = " ".join(text for name, text in PASSWORDS.items() if name not in ("dashes", "long"))
"""Nearly all in one; MySQL takes 256 bytes at most."""
