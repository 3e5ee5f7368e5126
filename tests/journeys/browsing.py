"""A person at a browser: a context of their own with what the browser complained of, signing in, and what a page shows.

It knows no service: an address is given. Not a fixture file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, NARROWEST, DESK = 360, 320, 1280
HEIGHT = 740
SECONDS = 1000
# Waiting costs nothing where a page is quick, and a busy machine is not a defect.
expect.set_options(timeout=20 * SECONDS)
# An answer that is an error page is told to the console too; the journeys assert those pages by what they say.
_STATUS_LINE = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Visits:
    """The browsers that one test opens."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str, *, width: int = PHONE, has_scripts: bool = True) -> Page:
        """Open a browser in which nobody is signed in, at an address."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=has_scripts,
            base_url=url,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20 * SECONDS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    def close(self) -> None:
        """Close them all; fails with what the browsers complained of."""
        for context in self.contexts:
            context.close()
        assert not self.complaints, "\n".join(self.complaints)

    def _hear(self, message) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_STATUS_LINE):
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in at the sign-in page, and arrive at Home."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def sign_out(page: Page) -> None:
    """Sign out by the menu, which is closed on a phone with scripts."""
    menu = page.get_by_role("button", name="Menu", exact=True)
    if menu.is_visible() and menu.get_attribute("aria-expanded") == "false" and menu.is_enabled():
        menu.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def heading(page: Page):
    """The one h1 of a page."""
    return page.get_by_role("heading", level=1)


def banner(page: Page):
    """The banner of what has just been saved."""
    return page.locator(".govuk-notification-banner__content")


def runs_scripts(page: Page) -> bool:
    """Whether the scripts of this page have run."""
    return page.evaluate("document.body.classList.contains('js-enabled')")


def axe_problems(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, one line a rule; axe is a script, and needs a page that runs some."""
    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['help']}: " + "; ".join(" ".join(map(str, node["target"])) for node in item["nodes"][:5])
        for item in found
    ]


def is_wider_than_window(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
