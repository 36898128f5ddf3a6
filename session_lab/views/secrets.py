"""Which parts of a text look like secrets, and how a static form hides them.

A saved notebook is shared, so its static reprs are masked; the live explorer shows what is there.
A rule of thumb, no promise: it knows the tokens of widespread services, credentials in headers
and addresses, private keys, and values that are named as secrets.
"""

from __future__ import annotations

import re

__all__ = ["HIDDEN", "mask_secrets", "masked_start"]

HIDDEN = "[secret hidden]"
"""What stands in the place of a secret."""

_TOKENS = re.compile(
    r"""
      -----BEGIN\ [A-Z0-9 ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z0-9 ]*PRIVATE\ KEY-----|\Z)
    | \bsk-[A-Za-z0-9_-]{20,}                                # OpenAI, Anthropic and alike
    | \b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}                 # Stripe
    | \bgh[opsru]_[A-Za-z0-9]{30,} | \bgithub_pat_\w{30,}    # GitHub
    | \bglpat-[\w-]{20,}                                     # GitLab
    | \bxox[a-z]-[A-Za-z0-9-]{10,}                           # Slack
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                          # AWS
    | \bAIza[\w-]{35} | \bya29\.[\w-]{20,}                   # Google
    | \bhf_[A-Za-z0-9]{30,}                                  # Hugging Face
    | \bnpm_[A-Za-z0-9]{36} | \bpypi-[\w-]{50,}              # package registries
    | \beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*                 # JSON Web Tokens
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_NAMED = re.compile(
    r"""
      \b(?:bearer|basic)\s+(?P<header>[A-Za-z0-9._~+/-]{16,}=*)
    | ://[^\s/:@]*:(?P<address>[^\s/@]+)@
    | (?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|secret[_-]?key|access[_-]?key
        |auth[_-]?token|access[_-]?token|refresh[_-]?token|private[_-]?key)
      \\?["']?\s*(?:=>?|:=?)\s*
      (?: \\?["'](?P<quoted>[^"'\\\r\n]{4,})
        # A call or a look-up is code that fetches the secret, not the secret.
        | (?P<value>[^\s"',;(){}\[\]<>$\\]{6,}+)(?![(\[]) )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_WINDOW = 4096


def _spans(text: str) -> list[tuple[int, int]]:
    found = [match.span() for match in _TOKENS.finditer(text)]
    found += [match.span(match.lastgroup or 0) for match in _NAMED.finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def mask_secrets(text: str) -> str:
    """Give the text with what looks like a secret hidden.

    >>> mask_secrets("db: postgres://me:hunter2@db/x, PASSWORD='correct horse'")
    "db: postgres://me:[secret hidden]@db/x, PASSWORD='[secret hidden]'"
    """
    return masked_start(text, len(text))


def masked_start(text: str, n: int) -> str:
    """Give the first ``n`` characters with secrets hidden, also one that goes on beyond them.

    Args:
        text: any text; the work is bounded by ``n``, whatever its length.
        n: how many characters of the text.

    >>> masked_start("api_key=0123456789abcdef", 12)
    'api_key=[secret hidden]'
    """
    parts: list[str] = []
    done = 0
    for start, end in _spans(text[: n + _WINDOW]):
        if start >= n:
            break
        parts += text[done:start], HIDDEN
        done = end
    parts.append(text[done:n])
    return "".join(parts)
