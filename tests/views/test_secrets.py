"""Static forms hide what looks like a secret, and little else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.views.secrets import HIDDEN, mask_secrets, masked_start

# Put together here, so that no file holds anything that looks like a secret.
WORD = "Ab3dEf6hIj" * 6
TOKENS = [
    "sk-" + WORD[:40],
    "sk-ant-api03-" + WORD[:40],
    "sk_live_" + WORD[:24],
    "ghp_" + WORD[:36],
    "github_pat_" + WORD[:40],
    "glpat-" + WORD[:20],
    "xoxb-" + "1234567890-" + WORD[:20],
    "AKIA" + "ABCD2345" * 2,
    "AIza" + WORD[:35],
    "hf_" + WORD[:34],
    "npm_" + WORD[:36],
    "pypi-" + WORD,
    "eyJ" + WORD[:20] + ".eyJ" + WORD[:20] + "." + WORD[:20],
    "-----BEGIN RSA PRIVATE KEY-----\n" + WORD + "\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n" + WORD,
]


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_are_hidden_wherever_they_stand(token: str):
    assert mask_secrets(token) == HIDDEN
    assert mask_secrets(f"use {token}") == f"use {HIDDEN}"
    assert mask_secrets(f'{{"k": "{token}"}}').startswith(f'{{"k": "{HIDDEN}')


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"Authorization: Bearer {WORD}", f"Authorization: Bearer {HIDDEN}"),
        (f"authorization: basic {WORD[:20]}==", f"authorization: basic {HIDDEN}"),
        ("postgres://me:hunter2@db/x", f"postgres://me:{HIDDEN}@db/x"),
        ("redis://:hunter2@cache", f"redis://:{HIDDEN}@cache"),
        ("API_KEY=abcdef12345", f"API_KEY={HIDDEN}"),
        ("export DB_PASSWORD=hunter22", f"export DB_PASSWORD={HIDDEN}"),
        ('"password": "correct horse"', f'"password": "{HIDDEN}"'),
        ('{\\"client_secret\\": \\"abcdefgh\\"}', f'{{\\"client_secret\\": \\"{HIDDEN}\\"}}'),
        ("access_token: 'abcdefgh'", f"access_token: '{HIDDEN}'"),
    ],
)
def test_named_values_are_hidden_and_their_names_kept(text: str, masked: str):
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the password is wrong",
        "password: ?",
        "password = os.environ['DB_PASSWORD']",
        "api_key = get_key('x')",
        "https://example.org:8080/a@b",
        "task-oriented risk-averse-and-very-careful-people",
        "total_tokens: 150000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "call_0123456789abcdef0123456789abcdef",
    ],
)
def test_ordinary_text_stays(text: str):
    assert mask_secrets(text) == text


@pytest.mark.parametrize("token", TOKENS)
def test_a_secret_that_is_cut_off_is_hidden_whole(token: str):
    text = f"key {token} and more"
    for n in range(5, len(text)):
        shown = masked_start(text, n)
        assert token[:12] not in shown
        assert shown.startswith(f"key {HIDDEN}")


@given(st.text(), st.integers(0, 50))
def test_the_start_of_a_text_without_secrets_is_its_start(text: str, n: int):
    assert masked_start(text, n) == text[:n] or HIDDEN in masked_start(text, n)


def test_a_long_text_costs_no_more_than_its_start():
    assert masked_start("a" * 50_000_000, 3) == "aaa"
