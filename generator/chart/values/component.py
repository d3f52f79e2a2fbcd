"""The values of one component."""

from __future__ import annotations

from generator.chart.values import parts
from generator.chart.values.schemas import (
    OBJECT,
    PORT,
    SECONDS,
    TEXT,
    Limits,
    choice,
    documented_maximum,
    integer,
    matching,
    optional,
    reference,
)
from generator.chart.values.tree import Section, Value
from generator.plan.component import ComponentPlan


def component_values(component: ComponentPlan, default_user: int) -> Section:
    """Everything that can be set on a component, as far as it applies to its kind."""
    entries: dict[str, Value | Section] = {
        "enabled": parts.switch(True, "Install it, with all that belongs to it"),
        **_replicas(component),
        "image": parts.image(component.spec.image),
        "resources": parts.resources(component.spec.resources),
        **_autoscaling(component),
        **_service(component),
        **_storage(component),
        **_kind(component),
        "probes": _probes(component),
        **_lifecycle(component),
        "securityContext": parts.security_context(component.spec.user or default_user),
        "podDisruptionBudget": parts.disruption_budget(),
        "networkPolicy": parts.network_policy(),
        **_spread(component),
        **parts.pod_settings(),
    }
    return Section(component.spec.purpose, entries)


def _replicas(component: ComponentPlan) -> dict[str, Value | Section]:
    replicas = component.replicas
    if replicas:
        documented = documented_maximum(replicas.max)
        bounds = f"1 to {replicas.max}; not in use while autoscaling.enabled"
        about = "Pods that run at once"
        return {"replicas": Value(replicas.default, about, integer(1), documented, bounds)}
    if component.kind == "singleton":
        return {
            "replicas": Value(1, "Pods that run at once: it must never run twice", {"const": 1})
        }
    return {}


def _autoscaling(component: ComponentPlan) -> dict[str, Value | Section]:
    replicas, autoscaling = component.replicas, component.autoscaling
    if replicas is None:
        return {}
    documented = documented_maximum(replicas.max)
    low, high = (autoscaling.min, autoscaling.max) if autoscaling else (1, replicas.max)
    bounds = f"1 to {replicas.max}"
    return {
        "autoscaling": Section(
            "HorizontalPodAutoscaler; needs metrics-server",
            {
                "enabled": parts.switch(False, "Let the load decide how many pods run"),
                "minReplicas": Value(low, "Fewest pods", integer(1), documented, bounds),
                "maxReplicas": Value(high, "Most pods", integer(1), documented, bounds),
                "targetCPUUtilizationPercentage": Value(
                    autoscaling.cpu if autoscaling else 70,
                    "Average CPU that it aims at",
                    integer(1, 100),
                    bounds="percent of the request, 1 to 100",
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
                    "How fast it scales: up at once, down slowly",
                    OBJECT,
                ),
            },
        )
    }


def _service(component: ComponentPlan) -> dict[str, Value | Section]:
    if component.service is None:
        return {}
    entries: dict[str, Value | Section] = {
        "port": Value(
            component.service.port,
            "Port of the Service",
            PORT,
            bounds="1 to 65535",
        ),
        "annotations": Value({}, "Annotations of the Service", reference("annotationMap")),
    }
    if component.exposed is None:
        inside = parts.text("ClusterIP", "Type; nobody outside reaches it", choice("ClusterIP"))
        return {"service": Section("Service", {"type": inside, **entries})}
    types = choice("", "ClusterIP", "NodePort", "LoadBalancer")
    return {
        "service": Section(
            "Service",
            {
                "type": parts.text("", "Type; empty follows global.exposure", types),
                **entries,
                "loadBalancerClass": parts.text(
                    "", "Class of the load balancer", optional("qualifiedName")
                ),
                "loadBalancerSourceRanges": Value(
                    [],
                    "Addresses that the load balancer lets in, CIDR; empty lets in all",
                    {"type": "array", "items": reference("addressRange")},
                ),
            },
        ),
        "hostname": parts.text(
            "",
            f"Host name for ingress and gateway; empty is {component.host_prefix}<global.domain>",
            optional("dnsName"),
        ),
    }


def _storage(component: ComponentPlan) -> dict[str, Value | Section]:
    storage = component.storage
    if storage is None:
        return {}
    return {
        "persistence": Section(
            f"Volume at {storage.path}, {storage.access}",
            {
                "enabled": parts.switch(True, "Keep the data when the pod goes"),
                "size": Value(
                    storage.size.text,
                    "Size",
                    reference("bytes"),
                    reference(Limits("bytes", storage.size, None).name),
                    f"bytes; documented: {storage.size}",
                ),
                "storageClass": parts.text(
                    "", "Storage class; empty follows global.storageClass", optional("dnsName")
                ),
                "existingClaim": parts.text(
                    "",
                    f"Claim to use in place of {storage.claim}",
                    optional("dnsName"),
                ),
            },
        )
    }


def _external(component: ComponentPlan) -> Section:
    return Section(
        "Server outside the release that takes its place",
        {
            "host": parts.text("", "Host name or address; empty runs our own", optional("dnsName")),
            "port": Value(component.port, "Port", PORT, bounds="1 to 65535"),
            "cidr": parts.text(
                "", "Addresses that it may have, CIDR; empty allows any", optional("addressRange")
            ),
        },
    )


def _kind(component: ComponentPlan) -> dict[str, Value | Section]:
    entries: dict[str, Value | Section] = {}
    if component.has_heartbeat:
        heartbeat = component.heartbeat
        entries["heartbeat"] = Section(
            "File whose age tells whether it is alive",
            {
                "path": parts.text(
                    heartbeat.file if heartbeat else "",
                    "File that it touches; empty asks only whether the process lives",
                    matching("^(/.+)?$", "empty, or a path that begins with /"),
                ),
                "maxAgeSeconds": Value(
                    heartbeat.maxAge if heartbeat else 120,
                    "Age at which it counts as dead",
                    SECONDS,
                    bounds="seconds",
                ),
            },
        )
    if component.kind == "mysql":
        entries["mode"] = parts.text("standalone", "How it is run", choice("standalone"))
        entries["maxConnections"] = Value(151, "Connections at once", integer(10, 10000))
    if component.password_key:
        about = f"Ask for the password in the secret key {component.password_key}"
        entries["auth"] = Section("Password", {"enabled": parts.switch(False, about)})
    if component.external:
        entries["extraConfiguration"] = Value("", "Lines added to its configuration file", TEXT)
        entries["external"] = _external(component)
    if component.kind == "grafana":
        entries["prometheus"] = Section(
            "Prometheus as a second data source",
            {
                "url": parts.text(
                    "",
                    "Address; empty leaves it out",
                    matching(
                        r"^(https?://[^\s/]+\S*)?$",
                        "empty, or a URL such as http://prometheus:9090",
                    ),
                )
            },
        )
    return entries


def _probes(component: ComponentPlan) -> Section:
    startup = (2, 2, 300) if component.external else (2, 2, 90)
    liveness = (20, 10, 9) if component.external else (20, 5, 9)
    return Section(
        "Health checks",
        {
            "startup": parts.probe(*startup, "Until it has started; others begin after it"),
            "readiness": parts.probe(5, 3, 2, "Whether it is sent traffic"),
            "liveness": parts.probe(
                *liveness, "Whether it is restarted; slow, so that it outlives a fault elsewhere"
            ),
        },
    )


def _lifecycle(component: ComponentPlan) -> dict[str, Value | Section]:
    grace = {"mysql": 300, "redis": 60, "singleton": 60, "web": 60}.get(component.kind, 30)
    entries: dict[str, Value | Section] = {
        "terminationGracePeriodSeconds": Value(
            grace, "Time to stop in before it is killed", SECONDS, bounds="seconds"
        )
    }
    if component.kind == "web":
        entries["preStopSeconds"] = Value(
            10,
            "Time in which callers leave before it is told to stop",
            SECONDS,
            bounds="seconds; part of terminationGracePeriodSeconds",
        )
    if component.waits_for:
        entries["waitSeconds"] = Value(
            300, "How long to wait for what it calls", SECONDS, bounds="seconds"
        )
    return entries


def _spread(component: ComponentPlan) -> dict[str, Value | Section]:
    if not component.replicated:
        return {}
    rule = choice("ScheduleAnyway", "DoNotSchedule")
    about = "Where it cannot be done: ScheduleAnyway or DoNotSchedule"
    return {
        "topologySpread": Section(
            "Spread of the pods",
            {
                "zones": parts.text("ScheduleAnyway", f"Over zones. {about}", rule),
                "hosts": parts.text("ScheduleAnyway", f"Over nodes. {about}", rule),
            },
        )
    }
