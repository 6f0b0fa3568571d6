"""Signatures of the Standard Webhooks specification, checked against its own example and a reader of ours."""

import base64
import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as some

from leads import signing

# The example of the specification: secret, id, timestamp, body, signature.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification_is_signed_as_it_says():
    message_id, timestamp, body = EXAMPLE

    assert signing.sign(SECRET, message_id=message_id, timestamp=timestamp, body=body) == SIGNED


def test_each_active_secret_signs():
    message_id, timestamp, body = EXAMPLE
    other = signing.new_secret()

    found = signing.headers([SECRET, other], message_id=message_id, timestamp=timestamp, body=body)

    assert found["webhook-id"] == message_id
    assert found["webhook-timestamp"] == "1614265330"
    assert found["webhook-signature"].split(" ")[0] == SIGNED
    assert len(found["webhook-signature"].split(" ")) == 2


def test_secrets_are_long_and_never_the_same():
    found = {signing.new_secret() for _ in range(50)}

    assert len(found) == 50
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == 32 for secret in found)


@given(some.text(max_size=200), some.integers(0, 2**40))
def test_whoever_has_the_secret_can_check_and_nobody_can_change_a_letter(body: str, timestamp: int):
    secret = SECRET
    signed = signing.sign(secret, message_id="msg_1", timestamp=timestamp, body=body)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, f"msg_1.{timestamp}.{body}".encode(), hashlib.sha256).digest()

    assert base64.b64decode(signed.removeprefix("v1,")) == expected
    assert signing.sign(secret, message_id="msg_1", timestamp=timestamp, body=body + "x") != signed
