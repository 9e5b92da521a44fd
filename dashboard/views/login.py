"""Signing in. What was wrong is never said, and guessing gets slower: per address and name, counted in the cache."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.http import HttpResponse

TRIES = 8
"""Wrong tries per name and address before a pause; people mistype, scripts do not stop."""

PAUSE_SECONDS = 300

REFUSED = "This name and password do not fit. Passwords are case-sensitive."
PAUSED = "Too many wrong tries from here. Wait five minutes, or ask an administrator of Postroom."


class LoginForm(AuthenticationForm):
    error_messages = AuthenticationForm.error_messages | {"invalid_login": REFUSED, "inactive": REFUSED}


class Login(LoginView):
    template_name = "login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if cache.get(self._mark(), 0) >= TRIES:
            form = self.get_form()
            form.errors.clear()
            form.add_error(None, PAUSED)
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().post(*args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        mark = self._mark()
        cache.add(mark, 0, PAUSE_SECONDS)
        cache.incr(mark)
        response = super().form_invalid(form)
        response.status_code = 401
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        cache.delete(self._mark())
        return super().form_valid(form)

    def _mark(self) -> str:
        name = self.request.POST.get("username", "").strip().lower()
        digest = hashlib.sha256(f"{self.request.META['REMOTE_ADDR']}\n{name}".encode()).hexdigest()
        return f"login-tries-{digest}"
