"""The sign-in form. Whether the two belong together is not for a form to say."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired


class SignInForm(FlaskForm):
    """E-mail address and password, where to go next, and a form that was being sent when the session ran out."""

    email = StringField("Email address", [InputRequired("Enter your email address")])
    password = PasswordField("Password", [InputRequired("Enter your password")])
    next = HiddenField()
    kept = HiddenField()

    def error_items(self) -> list[dict[str, str]]:
        """Return the errors for the summary, in page order."""
        return [{"id": name, "text": texts[0]} for name in ("email", "password") if (texts := self.errors.get(name))]
