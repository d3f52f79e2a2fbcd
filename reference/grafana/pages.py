"""The pages."""

from __future__ import annotations

from html import escape

from reference.grafana.check import State
from reference.grafana.provisioning import Dashboard

STYLE = """
body { font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  background: #111217; color: #ccccdc; }
h2 { margin-bottom: 0.2rem; } a { color: #6e9fff; }
.problem { color: #ff7383; } .warning { color: #ffb357; }
li span { color: #8e8ea0; } label { display: block; margin: 0.5rem 0; }
"""


def login(base: str, message: str = "") -> str:
    """Return the form to log in with; the base is before the path of every link."""
    return _page(
        "Log in",
        f"""<p class="problem" role="alert">{escape(message)}</p>
<form method="post" action="{escape(base)}/login">
<label>User <input name="user" autocomplete="username" required></label>
<label>Password <input name="password" type="password" required></label>
<button>Log in</button>
</form>""",
    )


def home(base: str, state: State) -> str:
    """Return the dashboards with their panels, and what is wrong."""
    parts = [f'<p class="problem">{escape(problem)}</p>' for problem in state.problems]
    parts += [f'<p class="warning">{escape(warning)}</p>' for warning in state.warnings]
    dashboards = sorted(state.provisioning.dashboards.values(), key=lambda found: found.title)
    parts += [_dashboard(dashboard) for dashboard in dashboards]
    parts.append(f'<p><a href="{escape(base)}/logout">Log out</a></p>')
    return _page("Dashboards", "\n".join(parts))


def _dashboard(dashboard: Dashboard) -> str:
    panels = "\n".join(
        f"<li>{escape(panel.title)} <span>{escape(panel.type)}</span></li>"
        for panel in dashboard.all_panels()
    )
    return f"""<section id="{escape(dashboard.uid)}">
<h2>{escape(dashboard.title)}</h2>
<p>{escape(dashboard.description)}</p>
<ul>
{panels}
</ul>
</section>"""


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{escape(title)} - Grafana stand-in</title>
<style>{STYLE}</style>
<h1>{escape(title)}</h1>
{body}
</html>
"""
