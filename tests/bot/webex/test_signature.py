"""Only Webex, who knows the secret, can sign a webhook."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.webex.signature import MAX_HEADER_CHARACTERS, MAX_SIGNATURES, is_signed

SECRET = "key"
BODY = b"The quick brown fox jumps over the lazy dog"
SIGNATURE = "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"
"""The published HMAC-SHA1 of that sentence under that key."""

SIGNED_WITH_NOTHING = "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"
"""The published HMAC-SHA1 of an empty body under an empty key."""


def test_a_body_signed_with_the_secret_is_genuine() -> None:
    assert is_signed(SECRET, BODY, SIGNATURE)


def test_a_changed_body_is_not_genuine() -> None:
    assert not is_signed(SECRET, BODY + b" ", SIGNATURE)


def test_another_secret_is_not_genuine() -> None:
    assert not is_signed("kez", BODY, SIGNATURE)


def test_a_body_signed_with_any_of_several_secrets_is_genuine() -> None:
    assert is_signed(("new", SECRET), BODY, SIGNATURE)
    assert is_signed([SECRET, "new"], BODY, SIGNATURE)
    assert not is_signed(("new", "newer"), BODY, SIGNATURE)


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed("", b"", SIGNED_WITH_NOTHING)
    assert not is_signed(("", SECRET), b"", SIGNED_WITH_NOTHING)
    assert not is_signed((), b"", SIGNED_WITH_NOTHING)


@pytest.mark.parametrize(
    "header", [None, "", "é" * 40, "\udc80", SIGNATURE.upper(), SIGNATURE[:-1], f"sha1={SIGNATURE}"]
)
def test_a_header_that_is_not_the_signature_is_not_genuine(header: str | None) -> None:
    assert not is_signed(SECRET, BODY, header)


ALGORITHMS = ("sha1", "sha256", "sha512")


def made(algorithm: str, secret: str = SECRET, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def pair(algorithm: str, secret: str = SECRET) -> str:
    return f"{algorithm}={made(algorithm, secret)}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_newer_header_alone_is_enough_with_each_algorithm(algorithm: str) -> None:
    assert is_signed(SECRET, BODY, None, pair(algorithm))
    assert not is_signed(SECRET, BODY + b" ", None, pair(algorithm))
    assert is_signed(SECRET, BODY, SIGNATURE, pair(algorithm))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_newer_header_may_be_in_base64_or_have_a_colon(algorithm: str) -> None:
    for secret, is_right in ((SECRET, True), ("another secret", False)):
        in_base64 = base64.b64encode(bytes.fromhex(made(algorithm, secret))).decode()
        for header in (
            f"{algorithm}={in_base64}",
            f"{algorithm}:{in_base64}",
            f"{algorithm}:{made(algorithm, secret)}",
        ):
            assert is_signed(SECRET, BODY, None, header) is is_right
            assert is_signed(SECRET, BODY, SIGNATURE, header) is is_right


def test_a_body_without_any_signature_is_not_genuine() -> None:
    for spark in (None, "", " "):
        for webex in (None, "", " ", ",;"):
            assert not is_signed(SECRET, BODY, spark, webex)


@pytest.mark.parametrize(
    "wrong",
    [
        pair("sha256", "another secret"),
        pair("sha512", "another secret"),
        "sha256=",
        "sha512=zz",
        f"sha256={made('sha512')}",
        f"={made('sha256')}",
        made("sha256")[:-1],
        "nonsense",
    ],
)
def test_a_wrong_signature_among_right_ones_is_not_genuine(wrong: str) -> None:
    right = ",".join(map(pair, ALGORITHMS))
    for header in (f"{right},{wrong}", f"{wrong};{right}", f"{wrong} {right}"):
        assert not is_signed(SECRET, BODY, SIGNATURE, header)
        assert not is_signed(SECRET, BODY, None, header)


def test_a_wrong_older_signature_beside_a_right_newer_one_is_not_genuine() -> None:
    assert not is_signed(SECRET, BODY, made("sha1", "another secret"), pair("sha256"))
    assert not is_signed(SECRET, BODY, "nonsense", pair("sha256"))


def test_unknown_algorithms_count_for_nothing() -> None:
    unknown = f"sha3-256={made('sha3_256')},md5={made('md5')}"
    assert is_signed(SECRET, BODY, None, f"{unknown},{pair('sha256')}")
    assert is_signed(SECRET, BODY, SIGNATURE, unknown)
    assert not is_signed(SECRET, BODY, None, unknown)


def test_signatures_of_two_secrets_do_not_make_one() -> None:
    both = f"{pair('sha256', 'new')},{pair('sha512', 'old')}"
    assert not is_signed(("new", "old"), BODY, None, both)
    assert is_signed(("new", "old"), BODY, made("sha1", "old"), pair("sha256", "old"))


def test_a_header_that_is_too_long_is_refused_unread() -> None:
    right = pair("sha256")
    fitting = right + " " * (MAX_HEADER_CHARACTERS - len(right))
    assert is_signed(SECRET, BODY, None, fitting)
    assert not is_signed(SECRET, BODY, None, fitting + " ")
    assert not is_signed(SECRET, BODY, SIGNATURE, "," * (MAX_HEADER_CHARACTERS + 1))


def test_more_signatures_than_webex_can_have_are_refused() -> None:
    right = pair("sha1")
    assert is_signed(SECRET, BODY, SIGNATURE, ",".join([right] * MAX_SIGNATURES))
    assert not is_signed(SECRET, BODY, SIGNATURE, ",".join([right] * (MAX_SIGNATURES + 1)))


PAIRS = st.lists(
    st.tuples(
        st.sampled_from([*ALGORITHMS, "SHA256", "sha-512", "md5", "sha3-512"]), st.sampled_from([SECRET, "another"])
    ),
    max_size=6,
)


@given(PAIRS, st.lists(st.sampled_from([",", ";", " ", ", ", " ; ", "\t"]), min_size=6, max_size=6), st.booleans())
def test_a_list_is_genuine_if_all_that_is_known_is_right(
    pairs: list[tuple[str, str]], separators: list[str], has_spark: bool
) -> None:
    known = [(name, secret) for name, secret in pairs if name.lower().replace("-", "") in ALGORITHMS]
    parts = [
        f"{name}={made(name.lower().replace('-', '') if (name, secret) in known else 'md5', secret)}"
        for name, secret in pairs
    ]
    header = "".join(part + separator for part, separator in zip(parts, separators, strict=False))
    expected = (bool(known) or has_spark) and all(secret == SECRET for _, secret in known)
    assert is_signed(SECRET, BODY, SIGNATURE if has_spark else None, header) == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_header_without_the_secret_is_genuine_or_an_error(spark: str, webex: str) -> None:
    assert not is_signed(SECRET, BODY, spark, webex)
