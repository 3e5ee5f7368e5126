// A section's page: running sums, shortcuts, saving once, drafts, the end of the session, long lists. Each is in its own file.
// Without this script the same page works as plain forms.
import "./sums.js";
import "./moves.js";
import "./sending.js";
import "./session.js";
import "./lists.js";
