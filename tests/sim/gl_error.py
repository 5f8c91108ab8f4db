"""Answers, and every error shape of the GitLab contract's 1.1."""


class Answer:
    """body: a JSON value, bytes, or None for nothing."""

    def __init__(self, status, body=None, headers=None, kind="application/json"):
        self.status, self.body, self.headers, self.kind = status, body, dict(headers or {}), kind


class ApiError(Exception):
    def __init__(self, status, body, headers=None, kind="application/json"):
        super().__init__(f"{status} {body}")
        self.answer = Answer(status, body, headers, kind)

    @classmethod
    def invalid(cls, text):
        """Grape's parameter validation."""
        return cls(400, {"error": text})

    @classmethod
    def fields(cls, status=400, **fields):
        """Model validation: fields(ref=["does not exist"])."""
        return cls(status, {"message": fields})

    @classmethod
    def sentence(cls, text, status=400):
        """Commits, files, approvals: a free sentence (or a list of them)."""
        return cls(status, {"message": text})

    @classmethod
    def bad(cls, reason=None):
        return cls(400, {"message": "400 Bad request" + (f" - {reason}" if reason else "")})

    @classmethod
    def unauthorized(cls):
        return cls(401, {"message": "401 Unauthorized"})

    @classmethod
    def forbidden(cls, reason=None):
        return cls(403, {"message": "403 Forbidden" + (f" - {reason}" if reason else "")})

    @classmethod
    def not_found(cls, what="Not Found"):
        """not_found("Project") -> 404 Project Not Found; "Not found" (small f) is the record lookup."""
        return cls(404, {"message": f"404 {what}" + ("" if what in ("Not Found", "Not found") else " Not Found")})

    @classmethod
    def not_allowed(cls):
        return cls(405, {"message": "405 Method Not Allowed"})

    @classmethod
    def conflict(cls, text="409 Conflict"):
        return cls(409, {"message": text})

    @classmethod
    def unprocessable(cls, text="422 Unprocessable Entity"):
        return cls(422, {"message": text})

    @classmethod
    def scope(cls, need="api"):
        text = "The request requires higher privileges than provided by the access token."
        return cls(403, {"error": "insufficient_scope", "error_description": text, "scope": need})

    @classmethod
    def dead_token(cls, text):
        return cls(401, {"error": "invalid_token", "error_description": text})


EXPIRED = "Token is expired. You can either do re-authorization or token refresh."
REVOKED = "Token was revoked. You have to re-authorize from the user."
