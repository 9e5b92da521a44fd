"""After a form was sent to a broker's pages, whoever looks next asks the broker: what was heard before may be old."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dashboard.looks import look


def after_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and "broker" in match.kwargs:
            look.outdate(str(match.kwargs["broker"]))
        return response

    return answer
