"""The sign-in form. Whether the two belong together is not for a form to say."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired


def _printable(text: str | None) -> str | None:
    # Control characters belong in no address, and neither PostgreSQL nor HTML takes a null character.
    return text and "".join(letter for letter in text if letter.isprintable())


class SignInForm(FlaskForm):
    """E-mail address and password, where to go next, and a form that was being sent when the session ran out."""

    email = StringField("Email address", [DataRequired("Enter your email address")], filters=[_printable])
    password = PasswordField("Password", [InputRequired("Enter your password")])
    next = HiddenField()
    kept = HiddenField()

    def error_items(self) -> list[dict[str, str]]:
        """Return the errors for the summary, in page order."""
        return [{"id": name, "text": texts[0]} for name in ("email", "password") if (texts := self.errors.get(name))]
