"""What every resource does: turn a call into a request, its answer into an object or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, Self, TypedDict, TypeVar, cast
from urllib.parse import quote

from meterhouse._objects import StripeObject
from meterhouse._objects_list import ListObject

T = TypeVar("T", bound=StripeObject)
Params = Mapping[str, Any]


class RequestOptions(TypedDict, total=False):
    """What may differ from call to call, as in the stripe package."""

    idempotency_key: str
    """A POST under the same key within 24 hours is done once and answered alike."""
    stripe_version: str
    """The API version whose shapes are answered."""
    headers: Mapping[str, str]
    """The two above as HTTP has them: ``Idempotency-Key``, ``Stripe-Version``."""


def header_of(options: RequestOptions, name: str) -> str | None:
    """Give a header that the caller set, whatever its case."""
    held = options.get("headers") or {}
    return next((value for key, value in held.items() if key.lower() == name), None)


class Asks(Protocol):
    """Who answers: the warehouse."""

    def ask(self, method: str, path: str, params: Params, options: RequestOptions) -> StripeObject:
        """Give the answer as an object, or raise the refusal."""
        ...


class PageAsker:
    """Asks for further pages of a list, as the page was asked for.

    A copy of the page shares it. A pickled page comes back without one: it belongs to a warehouse.
    """

    def __init__(self, warehouse: Asks, options: RequestOptions) -> None:
        self._warehouse = warehouse
        self._options = options

    def __call__(self, path: str, params: Params) -> ListObject[Any]:
        """Ask for a page of the list at a path."""
        page = self._warehouse.ask("GET", path, params, self._options)
        assert isinstance(page, ListObject)
        return cast("ListObject[Any]", page)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return type(None), ()


class Resource:
    """One resource of the API. Every method takes what the stripe package's takes.

    Parameters go in a dict, as keyword arguments, or both; keyword arguments win.
    """

    def __init__(self, warehouse: Asks) -> None:
        self._warehouse = warehouse

    def _ask(
        self,
        method: str,
        path: str,
        params: Params | None,
        options: RequestOptions | None,
        keywords: Params,
    ) -> Any:
        return self._warehouse.ask(method, path, {**(params or {}), **keywords}, options or {})


class Landed(Resource, Generic[T]):
    """A resource that is listed and retrieved as it landed."""

    _path = ""

    def list(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> ListObject[T]:
        """Give a page of the objects, newest first, filtered as Stripe filters them."""
        return cast("ListObject[T]", self._ask("GET", self._path, params, options, keywords))

    def _retrieve(
        self,
        identifier: str,
        params: Params | None,
        options: RequestOptions | None,
        keywords: Params,
    ) -> T:
        path = f"{self._path}/{escaped(identifier)}"
        return cast("T", self._ask("GET", path, params, options, keywords))


def escaped(identifier: str) -> str:
    """Put an id into a path, whatever it holds."""
    return quote(identifier, safe="")
