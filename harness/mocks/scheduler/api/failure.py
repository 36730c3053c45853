"""What the API answers when it cannot do what it was asked: an array of errors, as the vendor's clients read it."""

from __future__ import annotations

from aiohttp import web

NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "RequestTimeout",
    409: "Conflict",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    421: "MisdirectedRequest",
    503: "ServiceUnavailable",
}


class Failure(Exception):
    """An error answer; raised where it is found out, turned into a response in one place."""

    def __init__(self, status: int, message: str, *, code: int | None = None, allow: str | None = None) -> None:
        self.status, self.message, self.allow = status, message, allow
        self.code = status if code is None else code
        super().__init__(message)

    def response(self, resource: str) -> web.Response:
        """The answer: clients look at the reason phrase too, which is the standard's."""
        name = NAMES.get(self.status, "Error")
        error = {"resource": resource, "name": name, "code": self.code, "message": self.message}
        headers = {} if self.allow is None else {"Allow": self.allow}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Token"
        return web.json_response([error], status=self.status, headers=headers)


def missing(what: str, name: object) -> Failure:
    """There is no such thing."""
    return Failure(404, f"{what} {name!r} not found")
