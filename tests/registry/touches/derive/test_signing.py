"""The secrets of devices."""

from registry.touches.derive.signing import device_secret, masked_secret, signature_of


def test_each_device_version_and_key_has_a_secret_of_its_own() -> None:
    secrets = [device_secret(key, device, version) for key in ("a", "b") for device in (1, 11) for version in (1, 2)]
    assert len(set(secrets)) == len(secrets)
    assert device_secret("a", 1, 1) == secrets[0], "none is stored: it is the same whenever it is asked for"


def test_the_following_secret_is_read_with_the_present_one_alone() -> None:
    present, following = device_secret("a", 1, 1), device_secret("a", 1, 2)
    masked = masked_secret(present, following, 1)
    assert following not in masked
    assert masked_secret(present, masked, 1) == following
    assert masked_secret(device_secret("b", 1, 1), masked, 1) != following


def test_a_signature_is_that_of_one_body_and_one_secret() -> None:
    """By the test case 2 of RFC 4231."""
    signed = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signature_of(b"Jefe", b"what do ya want for nothing?") == signed
    assert signature_of(b"Jefe", b"what do ya want for nothing!") != signed
