"""Stripe's API as a source: lists page by page through the `stripe` package, numbers exact.

The package reads JSON through double, so its requests are used and its objects are not: the text of
each answer is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

from foundation import JsonTextError, decode_json_text
from foundation.errors import RunError, UsageError

if TYPE_CHECKING:
    import stripe

__all__ = ["DEFAULT_ADDRESS", "StripeSource"]

DEFAULT_ADDRESS: Final = "https://api.stripe.com"
_PAGE: Final = 100
_TRIES_AGAIN: Final = 8
_LONGEST_WAIT: Final = 60
_MODES: Final = {"sk_test_": False, "rk_test_": False, "sk_live_": True, "rk_live_": True}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Object = dict[str, Any]


class StripeSource:
    """One account in one mode, read through one key.

    Answers of 429 and 5xx and broken connections are tried again up to 8 times with growing waits,
    a Retry-After heeded; then the pull fails.

    Raises:
        UsageError: the key is no secret key, the address would carry it in the clear, or the
            package is not installed.
    """

    def __init__(self, key: str, address: str = DEFAULT_ADDRESS) -> None:
        mode = _MODES.get(key[:8])
        if mode is None:
            raise UsageError(
                f"STRIPE_API_KEY begins with {key[:3]!r}; a secret or restricted key begins with "
                f"one of {', '.join(_MODES)}.",
                next_command="export STRIPE_API_KEY=sk_test_…",
            )
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{address!r} is no address of an API, such as {DEFAULT_ADDRESS}.",
                next_command=f"meterhouse land --from-stripe --stripe-address https://{address}",
            )
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise UsageError(
                f"{address} would carry the key in the clear; http is for this machine only.",
                next_command=f"meterhouse land --from-stripe --stripe-address https://{parts.netloc}",
            )
        self.livemode: Final = mode
        self.address: Final = f"{parts.scheme}://{parts.netloc}"
        self._client: Final = _client(key, self.address)

    def objects(
        self, path: str, parameters: Mapping[str, Any], nested: tuple[str, ...] = ()
    ) -> Iterator[list[Object]]:
        """Yield a list page by page, in its order, the lists within each object complete."""
        cursor: dict[str, str] = {}
        while True:
            page = self._get(path, {"limit": _PAGE, **parameters, **cursor})
            found = _data_of(page, path)
            for each in found:
                for name in nested:
                    self._complete(each, name)
            yield found
            if not page.get("has_more") or not found:
                return
            cursor = {"starting_after": str(found[-1]["id"])}

    def _complete(self, held: Object, name: str) -> None:
        """Put the rest of a list within an object behind what the object shows of it."""
        inner = held.get(name)
        if not isinstance(inner, dict) or not inner.get("has_more"):
            return
        shown = cast("Object", inner)
        url = urlsplit(str(shown["url"]))
        data = _data_of(shown, url.path)
        after = {"starting_after": str(data[-1]["id"])} if data else {}
        for more in self.objects(url.path, {**dict(parse_qsl(url.query)), **after}):
            data.extend(more)
        shown["has_more"] = False

    def _get(self, path: str, parameters: Mapping[str, Any]) -> Object:
        import stripe

        where = f"{self.address}{path}"
        try:
            answer = self._client.raw_request("get", path, **parameters)
        except stripe.AuthenticationError as error:
            raise UsageError(
                f"{where} refused the key in STRIPE_API_KEY: {error.user_message}",
                next_command="export STRIPE_API_KEY=sk_test_…",
            ) from error
        except stripe.PermissionError as error:
            raise UsageError(
                f"The key in STRIPE_API_KEY may not read {where}: {error.user_message} Name the "
                "streams to pull, or give the key the permission.",
                next_command="meterhouse land --from-stripe customers products prices",
            ) from error
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                raise NotThereError(f"{where}: {error.user_message}") from error
            raise RunError(f"{where} refused the request: {error.user_message}") from error
        except stripe.StripeError as error:
            raise RunError(
                f"{where} failed: {error.user_message or type(error).__name__} What landed before "
                "stays.",
                next_command="meterhouse land --from-stripe",
            ) from error
        try:
            read: Any = decode_json_text(answer.body)
        except JsonTextError as error:
            raise RunError(f"{where} answered no JSON: {error}.") from error
        if not isinstance(read, dict):
            raise RunError(f"{where} answered no object.")
        return cast("Object", read)


class NotThereError(RunError):
    """The API has no such list or object."""


def _data_of(page: Object, path: str) -> list[Object]:
    data = page.get("data")
    if not isinstance(data, list) or not all(
        isinstance(each, dict) and "id" in each for each in cast("list[Any]", data)
    ):
        raise RunError(f"{path} answered no list of objects.")
    return cast("list[Object]", data)


def _client(key: str, address: str) -> stripe.StripeClient:
    if find_spec("stripe") is None:
        raise UsageError(
            "Pulling from Stripe needs the package stripe, which is not installed.",
            next_command="pip install 'meterhouse[stripe]'",
        )
    import requests
    import stripe
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    # The package itself does not try again after a 429.
    again = Retry(
        total=_TRIES_AGAIN,
        status_forcelist=(409, 429, 500, 502, 503, 504),
        allowed_methods=("GET",),
        backoff_factor=0.5,
        backoff_jitter=0.25,
        backoff_max=_LONGEST_WAIT,
        retry_after_max=_LONGEST_WAIT,
        raise_on_status=False,
    )
    session = requests.Session()
    session.mount(address, HTTPAdapter(max_retries=again))
    return stripe.StripeClient(
        key,
        base_addresses={"api": address},
        http_client=stripe.RequestsClient(session=session),
        max_network_retries=0,
    )
