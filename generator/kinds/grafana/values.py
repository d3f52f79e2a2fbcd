"""Values that only components of kind grafana have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.schemas import defined, integer, matching
from generator.values.sections import Times, switch, text
from generator.values.tree import Section, Value

TIMES = Times(grace=30)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    url = matching(r"^(https?://[^\s/]+\S*)?$", "empty, or a URL such as http://prometheus:9090")
    return {
        "extraDataSources": Value(
            [],
            "More data sources, as Grafana provisions them: [{name: Loki, type: loki, uid: loki,"
            " url: http://loki.monitoring:3100}]. $NAME stands for a variable of the environment,"
            " so that passwords stay in a Secret, which extraEnv names: secureJsonData: {password:"
            " $LOKI_PASSWORD}; a mere dollar is $$. networkPolicy.extraEgress opens the way to the"
            " server",
            defined("dataSourceList"),
        ),
        "dashboards": Value(
            {},
            "More dashboards, as Grafana exports them, by the names of their files; helm install"
            ' --set-file takes them from files: {orders.json: \'{"title": "Orders", ...}\'}',
            defined("dashboardMap"),
        ),
        "dashboardConfigMaps": Value(
            [],
            "ConfigMaps of yours in the namespace of the release whose keys are dashboards:"
            " [team-dashboards]. Grafana sees a change within two minutes",
            defined("nameList"),
        ),
        "rootUrl": text(
            "",
            "URL at which browsers find it, for links and redirects: https://grafana.example.org."
            " Empty follows the host name of ingress and gateway, where one leads to it",
            url,
        ),
        "serveFromSubPath": switch(
            True,
            "Whether Grafana answers below the path of that URL, as in /grafana; false where a"
            " proxy removes the path",
        ),
        "prometheus": Section(
            "Prometheus as a second data source",
            {
                "url": text(
                    "",
                    "URL of a Prometheus server: http://prometheus.monitoring:9090. Empty adds no"
                    " data source",
                    url,
                ),
                "peers": Value(
                    [],
                    "Peers of a NetworkPolicy that are the server; needed with `url`, which names"
                    " no address: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name:"
                    " monitoring}}}], or outside the cluster [{ipBlock: {cidr: 203.0.113.7/32}}]",
                    defined("policyPeers"),
                ),
                "podPort": Value(
                    0,
                    "Port that its pods listen on, whatever that of their Service: 9090. 0 is the"
                    " port in `url`, for a server outside the cluster",
                    integer(0, 65535),
                    bounds="0 to 65535",
                ),
            },
        ),
    }
