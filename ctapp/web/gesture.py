"""Whether a browser says that a person made it send a form. Only Chromium says so reliably; of others nothing is concluded.

Source: flows.md, "The one-tap update", 5; security.md, 9: WebKit and Firefox users see one tap only.
"""

from __future__ import annotations

from werkzeug.datastructures import Headers


def lacks_gesture(headers: Headers) -> bool:
    """Return whether a Chromium sent this without a press by a person: it names the mode of the fetch, but no user.

    Chrome on an iPhone is WebKit ("CriOS"). Where no fetch header is sent at all, the connection is plain or the browser old.
    """
    is_chromium = "Chrome/" in headers.get("User-Agent", "") or "Chromium" in headers.get("Sec-CH-UA", "")
    return is_chromium and "Sec-Fetch-Mode" in headers and headers.get("Sec-Fetch-User", "") != "?1"
