"""The values of one component: those of every component, and those of its kind."""

from __future__ import annotations

from generator.kinds.registry import values_of
from generator.names import camel_case
from generator.plan.component import ComponentPlan
from generator.values import sections
from generator.values.schemas import (
    FILE_PATH,
    OBJECT,
    SECONDS,
    URL_PATH,
    Limits,
    choice,
    defined,
    documented_maximum,
    integer,
    optional,
)
from generator.values.tree import Section, Tree, Value

# RFC 1918. Clouds refuse a list that holds IPv4 and IPv6.
PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def component_values(component: ComponentPlan, default_user: int) -> Section:
    """Build the tree of everything that can be set on a component, as far as its kind has it."""
    kind = values_of(component.kind)
    user = component.spec.user or default_user
    entries: dict[str, Value | Section] = {
        "enabled": sections.switch(True, "Whether it is installed, with all that belongs to it"),
        **_replicas(component),
        "image": sections.image(component.spec.image),
        **sections.start(component.spec),
        "writable": sections.writable(component.spec),
        "resources": sections.resources(component.spec.resources),
        **_autoscaling(component),
        **_service(component),
        **_ingress(component),
        **_storage(component),
        **kind.own_values(component),
        **_waiting(component),
        **(_probes(component, kind.TIMES) if component.stays_up else {}),
        "terminationGracePeriodSeconds": Value(
            kind.TIMES.grace,
            "Time to stop in before it is killed, in seconds",
            SECONDS,
        ),
        "serviceAccount": sections.service_account(),
        **sections.security_contexts(user),
        **_update_strategy(component),
        **({"podDisruptionBudget": sections.disruption_budget()} if component.stays_up else {}),
        "networkPolicy": sections.network_policy(component),
        **_spread(component),
        "aliases": Value(
            dict(component.spec.aliases),
            "Further names of its variables, for images that call them otherwise: {BROKER_LOGIN:"
            " MT5_LOGIN}",
            defined("aliases"),
        ),
        **sections.pod_settings(),
    }
    return Section(component.spec.purpose, entries)


def _replicas(component: ComponentPlan) -> Tree:
    replicas = component.replicas
    if replicas is None:
        return {}
    documented = documented_maximum(replicas.max)
    about = "Pods that run at once; not in use while autoscaling or keda is enabled"
    bounds = f"1 to {replicas.max}"
    return {"replicas": Value(replicas.default, about, integer(1), documented, bounds)}


def _autoscaling(component: ComponentPlan) -> Tree:
    replicas, autoscaling = component.replicas, component.autoscaling
    if replicas is None:
        return {}
    bounds: dict[str, Value | Section] = {
        key: Value(
            number,
            about,
            integer(least),
            documented_maximum(replicas.max),
            f"{least} to {replicas.max}",
        )
        for key, number, about, least in (
            ("minReplicas", autoscaling.min if autoscaling else 1, "Fewest pods", 1),
            ("maxReplicas", autoscaling.max if autoscaling else replicas.max, "Most pods", 1),
        )
    }
    return {
        "autoscaling": Section(
            "HorizontalPodAutoscaler, which needs metrics-server in the cluster",
            {
                "enabled": sections.switch(
                    False, "Whether the load decides how many pods run, in place of replicas"
                ),
                **bounds,
                "targetCPUUtilizationPercentage": Value(
                    autoscaling.cpu if autoscaling else 70,
                    "Average CPU of the pods that it aims at, in percent of the request; 0 leaves"
                    " CPU out",
                    integer(0, 100),
                    bounds="0 to 100",
                ),
                "targetMemoryUtilizationPercentage": Value(
                    0,
                    "Average memory of the pods that it aims at, in percent of the request: 80. 0"
                    " leaves memory out",
                    integer(0, 1000),
                    bounds="0 to 1000",
                ),
                "metrics": Value(
                    [],
                    "Further metrics, as in a HorizontalPodAutoscaler: [{type: Pods, pods: {metric:"
                    ' {name: requests}, target: {type: AverageValue, averageValue: "100"}}}]',
                    defined("objectList"),
                ),
                "behavior": Value(
                    {
                        "scaleUp": {
                            "stabilizationWindowSeconds": 0,
                            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 30}],
                        },
                        "scaleDown": {
                            "stabilizationWindowSeconds": 300,
                            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
                        },
                    },
                    "How fast the number of pods changes, as in a HorizontalPodAutoscaler; with"
                    " keda as well",
                    OBJECT,
                ),
            },
        ),
        "keda": Section(
            "ScaledObject of KEDA, in place of the HorizontalPodAutoscaler",
            {
                "enabled": sections.switch(
                    False,
                    "Whether KEDA decides how many pods run, in place of replicas. Where"
                    " autoscaling.enabled was true, an upgrade without both comes first, since KEDA"
                    " refuses what another autoscaler has",
                ),
                **bounds,
                "pollingInterval": Value(
                    30, "Time between two looks at the triggers, in seconds", SECONDS
                ),
                "cooldownPeriod": Value(
                    300,
                    "Time after the last active trigger before all pods go, in seconds, where a"
                    " trigger allows none",
                    SECONDS,
                ),
                "triggers": Value(
                    [],
                    "What it looks at, as in a ScaledObject: [{type: prometheus, metadata:"
                    ' {serverAddress: "http://prometheus:9090", query: sum(rate(orders[1m])),'
                    ' threshold: "100"}}]',
                    defined("objectList"),
                ),
                "annotations": Value(
                    {}, "Annotations of the ScaledObject", defined("annotationMap")
                ),
            },
        ),
    }


def _service(component: ComponentPlan) -> Tree:
    if component.service is None:
        return {}
    about = "Service in front of its pods; name and port are fixed by the spec"
    entries: dict[str, Value | Section] = {
        **_service_type(component),
        "annotations": Value({}, "Annotations of the Service", defined("annotationMap")),
        "labels": Value(
            {}, "Labels of the Service: {example.org/scrape: blue}", defined("ownLabels")
        ),
        **_load_balancing(component),
        "ipFamilyPolicy": sections.text(
            "",
            "How many families of addresses the Service has, as Kubernetes names it:"
            " PreferDualStack. Empty is one, the cluster's first",
            choice("", "SingleStack", "PreferDualStack", "RequireDualStack"),
        ),
        "ipFamilies": Value(
            [],
            "Families of its addresses in order, of which the first can never be changed: [IPv6,"
            " IPv4]. Empty leaves them to the cluster",
            {
                "type": "array",
                "items": choice("IPv4", "IPv6"),
                "maxItems": 2,
                "uniqueItems": True,
            },
        ),
    }
    return {"service": Section(about, entries)}


def _service_type(component: ComponentPlan) -> Tree:
    if component.exposed is None:
        return {}
    return {
        "type": sections.text(
            "",
            "Type of the Service. Empty follows global.exposure",
            choice("", "ClusterIP", "NodePort", "LoadBalancer"),
        ),
        "nodePort": Value(
            0,
            "Port of each node, where the type is NodePort or LoadBalancer: 30080. 0 leaves it to"
            " Kubernetes",
            integer(0, 65535),
            bounds="0 to 65535",
        ),
    }


def _load_balancing(component: ComponentPlan) -> Tree:
    """Build what decides on the way from clients to one of several pods."""
    entries: dict[str, Value | Section] = {}
    if component.exposed:
        exposed_to = f"global.exposedTo.{camel_case(component.exposed.to)}"
        entries |= {
            "loadBalancerClass": sections.text(
                "",
                "Class of the load balancer: service.k8s.aws/nlb. Empty takes the default",
                optional("qualifiedName"),
            ),
            "loadBalancerSourceRanges": Value(
                PRIVATE_NETWORKS if component.for_admins else [],
                "Address ranges that the load balancer lets in: [203.0.113.0/24]. 0.0.0.0/0, or"
                " an empty list, lets everybody in",
                defined("addressRangeList"),
            ),
            "externalTrafficPolicy": sections.text(
                "",
                "Local: its pods see the addresses of clients, and only nodes with a pod of it"
                " answer; Cluster: they see the address of a node. Empty is Local where"
                f" {exposed_to} names address ranges, and else Cluster",
                choice("", "Cluster", "Local"),
            ),
        }
    if component.replicated:
        entries |= {
            "sessionAffinity": sections.text(
                "None",
                "ClientIP: a client, told by its address, stays with one pod; None: each connection"
                " goes to any. Controllers of ingress and gateway mostly bypass it",
                choice("None", "ClientIP"),
                "None or ClientIP",
            ),
            "sessionAffinityTimeoutSeconds": Value(
                10800,
                "Time in seconds that a silent client stays with its pod, where sessionAffinity is"
                " ClientIP",
                SECONDS,
                bounds="1 to 86400",
            ),
        }
    return entries


def _ingress(component: ComponentPlan) -> Tree:
    if component.exposed is None:
        return {}
    return {
        "ingress": Section(
            "Way in by ingress or gateway",
            {
                "enabled": sections.switch(
                    True, "Whether there is one; false leaves it to be reached inside the cluster"
                ),
                "hostname": sections.text(
                    "",
                    "Host name: trade.example.org. Empty follows global.domain",
                    optional("dnsName"),
                ),
                "path": Value(
                    component.exposed.path,
                    "Path at the host: /api. Its server must know the path, as no controller is"
                    " told to remove it; of a host, each component has another",
                    URL_PATH,
                ),
                "pathType": sections.text(
                    "Prefix",
                    "How an Ingress compares the path; with ImplementationSpecific it may be a"
                    " pattern of the controller, of which addresses have the beginning:"
                    " /api(/|$)(.*)",
                    choice("Prefix", "Exact", "ImplementationSpecific"),
                    "Prefix, Exact or ImplementationSpecific",
                ),
                "filters": Value(
                    [],
                    "Filters of its HTTPRoute, with gateway: [{type: URLRewrite, urlRewrite: {path:"
                    " {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]",
                    defined("objectList"),
                ),
                "tlsSecretName": sections.text(
                    "",
                    "Name of the Secret with its certificate: trade-tls. Empty follows global.tls;"
                    " of a host, the first component says it",
                    optional("dnsName"),
                ),
                "className": sections.text(
                    "",
                    "Name of the IngressClass: internal. Empty follows global.ingress.className",
                    optional("dnsName"),
                ),
                "annotations": Value(
                    {},
                    "Annotations of its Ingress, besides those of global.ingress.annotations, or of"
                    " its HTTPRoute",
                    defined("annotationMap"),
                ),
            },
        )
    }


def _storage(component: ComponentPlan) -> Tree:
    storage = component.storage
    if storage is None:
        return {}
    return {
        "persistence": Section(
            "Volume of its data, mounted by one pod at a time",
            {
                "enabled": sections.switch(
                    True, "Whether the data is on a claim; false loses it with the pod"
                ),
                "size": Value(
                    storage.size.text,
                    "Size of the volume in bytes: 20Gi",
                    defined("bytes"),
                    defined(Limits("bytes", storage.size, None).name),
                    f"documented: at least {storage.size}",
                ),
                "storageClass": sections.text(
                    "",
                    "Storage class of this volume: gp3. Empty follows global.storageClass",
                    optional("dnsName"),
                ),
                "existingClaim": sections.text(
                    "",
                    "Name of a claim of yours that is used instead",
                    optional("dnsName"),
                ),
            },
        )
    }


def _waiting(component: ComponentPlan) -> Tree:
    callees = component.waits_for
    if not callees:
        return {}
    return {
        "waitFor": Value(
            callees,
            "Components that must answer before it starts",
            {"type": "array", "items": choice(*callees), "uniqueItems": True},
        ),
        "waitSeconds": Value(300, "Longest time to wait for them, in seconds", SECONDS),
    }


STAYS_UP_SECONDS = 45
"""Seconds after which a process counts as ready that tells nothing of its work."""


def _probes(component: ComponentPlan, times: sections.Times) -> Tree:
    return {
        "probes": Section(
            "Health checks",
            {
                "startup": sections.probe(
                    *times.startup, "Whether it has started; the other checks begin after it"
                ),
                "readiness": sections.probe(
                    5, 3, 2, "Whether the pod gets connections", _staying_up(component)
                ),
                "liveness": sections.probe(
                    *times.liveness,
                    "Whether the container is restarted; it asks no other server, as a fault there"
                    " is no reason",
                    _liveness_path(component),
                ),
                **_expectation(component),
            },
        )
    }


def _staying_up(component: ComponentPlan) -> Tree:
    if not component.tells_by_file:
        return {}
    return {
        "initialDelaySeconds": Value(
            0 if component.ready else STAYS_UP_SECONDS,
            "Time in seconds that the process must have run before it can be ready, so that Helm"
            " and rollouts see one that soon ends; 0 is enough where ready.path is set",
            integer(0, 3600),
        )
    }


def _liveness_path(component: ComponentPlan) -> Tree:
    if component.health_path is None:
        return {}
    return {
        "path": sections.text(
            component.live_path or "",
            "HTTP path that answers while the process serves, whatever other servers do: /livez."
            " Empty asks only whether the port accepts connections",
            FILE_PATH,
        )
    }


def _expectation(component: ComponentPlan) -> Tree:
    if component.http_health is None:
        return {}
    expect = component.http_health.expect
    return {
        "expect": Section(
            "What `helm test` expects of the answer that tells its health; the other checks take"
            " any status below 400",
            {
                "status": Value(
                    expect.status,
                    "HTTP status of the answer",
                    integer(200, 599),
                    bounds="200 to 599",
                ),
                "text": sections.text(
                    expect.text,
                    "Text that the body contains, in whole words: healthy. Empty asks for none",
                ),
                "json": Value(
                    dict(expect.members),
                    "Members that the body has as JSON, with these values: {status: healthy}."
                    " Others may stand beside them",
                    OBJECT,
                ),
            },
        )
    }


def _update_strategy(component: ComponentPlan) -> Tree:
    return {"updateStrategy": sections.update_strategy(component)} if component.stays_up else {}


def _spread(component: ComponentPlan) -> Tree:
    if not component.replicated:
        return {}
    rule = choice("ScheduleAnyway", "DoNotSchedule")
    about = "A pod that breaks it runs (ScheduleAnyway) or waits (DoNotSchedule)"
    return {
        "topologySpread": Section(
            "Even spread of the pods",
            {
                "zones": sections.text("ScheduleAnyway", f"Spread over zones. {about}", rule),
                "hosts": sections.text("ScheduleAnyway", f"Spread over nodes. {about}", rule),
            },
        ),
        "topologySpreadConstraints": Value(
            [],
            "Constraints that take the place of topologySpread: [{topologyKey:"
            " topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]. One"
            " without labelSelector counts the pods of the component",
            defined("topologySpreadConstraints"),
        ),
    }
