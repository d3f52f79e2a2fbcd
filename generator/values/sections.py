"""Values and sections that several parts of the tree have in the same form."""

from __future__ import annotations

from dataclasses import dataclass

from generator.plan.component import ComponentPlan
from generator.spec.component import ComponentBase, ExecHealth, FileHealth, Resources
from generator.spec.quantities import Quantity, QuantityRange
from generator.values.schemas import (
    BOOLEAN,
    FILE_PATH,
    OBJECT,
    PULL_POLICY,
    SECONDS,
    TEXT,
    Limits,
    choice,
    defined,
    integer,
    optional,
)
from generator.values.tree import JsonSchema, Section, Tree, Value


@dataclass(frozen=True)
class Times:
    """Default times of a kind: `grace` in seconds; probes as period and timeout in seconds, and
    failures in a row that count. Kinds that load data before they answer name other probes.
    """

    grace: int
    startup: tuple[int, int, int] = (2, 2, 90)
    liveness: tuple[int, int, int] = (20, 5, 9)


def switch(default: bool, about: str) -> Value:
    """Build a value that is true or false."""
    return Value(default, about, BOOLEAN)


def text(default: str, about: str, schema: JsonSchema = TEXT, bounds: str = "") -> Value:
    """Build a value that is text."""
    return Value(default, about, schema, bounds=bounds)


def image(reference_text: str) -> Section:
    """Build the section of an image, in the parts that a user may set one by one."""
    name, tag = reference_text.rsplit(":", 1)
    host, _, rest = name.partition("/")
    has_registry = "." in host or ":" in host or host == "localhost"
    return Section(
        "Image of the container",
        {
            "registry": text(
                host if has_registry else "",
                "Registry of the image: registry.example.org:5000. Empty is Docker Hub",
                optional("registry"),
            ),
            "repository": Value(
                rest if has_registry else name,
                "Repository of the image",
                defined("repository"),
            ),
            "tag": Value(tag, "Tag of the image, in quotes", defined("tag")),
            "digest": text(
                "",
                "Digest of the image, which replaces the tag: sha256: and 64 hexadecimal digits",
                optional("digest"),
            ),
            "pullPolicy": text(
                "",
                "When the node pulls the image. Empty follows global.imagePullPolicy",
                PULL_POLICY,
            ),
        },
    )


NO_CPU_LIMIT = "null is no limit, where global.enforceDocumentedLimits is false"


def start(spec: ComponentBase) -> Tree:
    """Build the values that say what the container runs."""
    return {
        "command": Value(
            spec.command,
            "Command of the container: [python, main.py]. It replaces that of the image, or what"
            " the chart runs in its place with arguments of its own",
            defined("words"),
        ),
        "args": Value(
            spec.args,
            "Arguments: [--mode, live]. They replace those of the image, and follow those that the"
            " chart gives where `command` is empty",
            defined("words"),
        ),
        "workingDir": text(
            spec.workingDir or "",
            "Working directory: /app/out. Empty is that of the image",
            FILE_PATH,
        ),
    }


def writable(spec: ComponentBase) -> Value:
    """Build the value of the paths that a program writes to."""
    return Value(
        {
            path: {"size": given.text}
            if isinstance(given, Quantity)
            else given.model_dump(exclude_none=True)
            for path, given in spec.writable.items()
        },
        "Paths that it writes to: {/app/out: {size: 64Mi}} in bytes, a part of"
        " resources.limits.ephemeral-storage; {/app/out: {volume: data, subPath: out}}, a folder of"
        " a shared volume of its pods",
        defined("writablePaths"),
    )


def resources(spec: Resources, *, documented: bool = True) -> Section:
    """Build requests and limits from the ends of the ranges; CPU and memory are documented."""

    def amount(
        about: str, unit: str, span: QuantityRange, given: Quantity, *, removable: bool = False
    ) -> Value:
        limits = defined(Limits(unit, span.low, span.high).name) if documented else {}
        bounds = f"documented: {span}" if documented else ""
        return Value(given.text, about, defined(unit), limits, bounds, removable)

    def scratch(given: Quantity) -> Value:
        return Value(given.text, "Ephemeral storage in bytes: 128Mi", defined("bytes"))

    return Section(
        "CPU, memory and ephemeral storage",
        {
            "requests": Section(
                "Amounts that the scheduler reserves",
                {
                    "cpu": amount("CPU in cores: 250m", "cores", spec.cpu, spec.cpu.low),
                    "memory": amount(
                        "Memory in bytes: 512Mi", "bytes", spec.memory, spec.memory.low
                    ),
                    "ephemeral-storage": scratch(spec.scratch.low),
                },
            ),
            "limits": Section(
                "Amounts that the container never exceeds",
                {
                    "cpu": amount(
                        "CPU in cores: 500m" + (f"; {NO_CPU_LIMIT}" if documented else ""),
                        "cores",
                        spec.cpu,
                        spec.cpu.high,
                        removable=documented,
                    ),
                    "memory": amount(
                        "Memory in bytes: 1Gi", "bytes", spec.memory, spec.memory.high
                    ),
                    "ephemeral-storage": scratch(spec.scratch.high),
                },
            ),
        },
    )


def security_contexts(user: int) -> Tree:
    """Build the security contexts of a pod and of its containers, restricted by default."""
    return {
        "podSecurityContext": Value(
            {
                "runAsNonRoot": True,
                "runAsUser": user,
                "runAsGroup": user,
                "fsGroup": user,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "Security context of the pod, as in Kubernetes. An image that needs a user of its own"
            " gets it here: {runAsUser: 472, runAsGroup: 0, fsGroup: 472}. Keys that you leave out"
            " keep their default",
            defined("podSecurityContext"),
            bounds="runAsUser is never 0, root; groups are 0 to 2147483647",
        ),
        "containerSecurityContext": Value(
            {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "Security context of the container, as in Kubernetes: {readOnlyRootFilesystem: false}",
            defined("containerSecurityContext"),
        ),
    }


def probe(
    period: int, timeout: int, failures: int, about: str, more: Tree | None = None
) -> Section:
    """Build the section of a probe's times (seconds) and counts, and what only this one has."""
    return Section(
        about,
        {
            **(more or {}),
            "periodSeconds": Value(period, "Time between two checks in seconds", integer(1, 3600)),
            "timeoutSeconds": Value(
                timeout, "Time that one check may take in seconds", integer(1, 3600)
            ),
            "failureThreshold": Value(
                failures, "Failures in a row that count as one", integer(1, 1000)
            ),
        },
    )


def scheduling() -> dict[str, Value | Section]:
    """Build the values that decide on which nodes pods may run."""
    return {
        "nodeSelector": Value(
            {}, "Labels that a node must have: {kubernetes.io/arch: amd64}", defined("labelMap")
        ),
        "tolerations": Value(
            [],
            "Taints of nodes that the pods tolerate: [{key: dedicated, operator: Exists}]",
            defined("tolerations"),
        ),
        "affinity": Value(
            {},
            "Affinity, as in the specification of a pod; rules of the chart stay beside it",
            OBJECT,
        ),
        "priorityClassName": text(
            "", "Name of the PriorityClass of the pods: important", optional("dnsName")
        ),
        "runtimeClassName": text(
            "",
            "Name of the RuntimeClass of the pods: gvisor. Empty takes the default of the nodes",
            optional("dnsName"),
        ),
    }


def name_resolution() -> dict[str, Value | Section]:
    """Build the values that decide how pods look names up."""
    return {
        "hostAliases": Value(
            [],
            "Lines of /etc/hosts: [{ip: 203.0.113.7, hostnames: [broker.example.org]}]",
            defined("hostAliases"),
        ),
        "dnsPolicy": text(
            "",
            "Where the name servers come from. Default: from the node, which knows no Service;"
            " None: from dnsConfig alone. Empty asks those of the cluster",
            choice("", "ClusterFirst", "Default", "None"),
        ),
        "dnsConfig": Value(
            {},
            "Name servers, searched domains and options of the resolver: {options: [{name: ndots,"
            ' value: "2"}]}. NetworkPolicies open name servers that networkPolicy.dns names',
            defined("dnsConfig"),
        ),
    }


def update_strategy(component: ComponentPlan) -> Section:
    """Build the section of how an update replaces pods, as far as the workload has a say."""
    if component.workload == "StatefulSet":
        kinds = {
            "type": text(
                "RollingUpdate",
                "RollingUpdate: the pod is replaced at once; OnDelete: when somebody deletes it",
                choice("RollingUpdate", "OnDelete"),
            )
        }
        return Section("How an update replaces its pod, of which there is never a second", kinds)
    return Section(
        "How an update replaces its pods",
        {
            "type": text(
                "RollingUpdate" if component.replicated else "Recreate",
                "RollingUpdate: one after the other; Recreate: all end before new ones start",
                choice("RollingUpdate", "Recreate"),
            ),
            "rollingUpdate": Section(
                "Pods that are replaced at a time, where type is RollingUpdate",
                {
                    "maxSurge": Value(
                        1, "Pods above their number, or a share: 25%", defined("podsOrPercent")
                    ),
                    "maxUnavailable": Value(
                        0, "Pods below their number, or a share: 25%", defined("podsOrPercent")
                    ),
                },
            ),
        },
    )


def service_account() -> Section:
    """Build the section of the account that pods run under, which a cloud may give rights."""
    return Section(
        "ServiceAccount of its pods",
        {
            "create": switch(True, "Whether it is created; false uses one that is there already"),
            "name": text(
                "",
                "Name of it: orders. Empty is the name of the component, or `default` where"
                " create is false",
                optional("dnsName"),
            ),
            "annotations": account_annotations(),
        },
    )


def account_annotations() -> Value:
    """Build the annotations of a ServiceAccount."""
    return Value(
        {},
        "Annotations of it, by which clouds give its pods rights:"
        ' {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/orders"}',
        defined("annotationMap"),
    )


def pod_metadata() -> dict[str, Value | Section]:
    """Build the values of a pod's own labels and annotations."""
    return {
        "podLabels": Value(
            {}, "Labels of its pods: {example.org/team: blue}", defined("ownLabels")
        ),
        "podAnnotations": Value(
            {},
            'Annotations of its pods: {sidecar.istio.io/inject: "false"}',
            defined("annotationMap"),
        ),
    }


def pod_settings() -> dict[str, Value | Section]:
    """Build the values that a user of any chart expects to be able to set on pods."""
    return {
        **scheduling(),
        **pod_metadata(),
        **name_resolution(),
        "lifecycle": Value(
            {},
            "Handlers of the container, which replace the chart's: {postStart: {exec: {command:"
            " [/warm-up]}}}",
            defined("lifecycle"),
        ),
        "extraEnv": Value(
            [],
            "Further environment variables, which replace the chart's of the same name:"
            " [{name: LOG_LEVEL, value: debug}]",
            defined("environmentVariables"),
        ),
        "extraEnvFrom": Value(
            [],
            "ConfigMaps and Secrets whose keys become environment variables:"
            " [{configMapRef: {name: more}}]",
            defined("environmentSources"),
        ),
        "extraContainers": Value(
            [],
            "Further containers of the pod: [{name: proxy, image: envoyproxy/envoy:v1.35.0}]. One"
            " without securityContext gets the chart's",
            defined("containers"),
        ),
        "extraInitContainers": Value(
            [],
            "Further init containers, which replace the chart's of the same name and else follow"
            " them: [{name: migrate, image: migrate/migrate:v4.18.3}]. One without securityContext"
            " gets the chart's",
            defined("containers"),
        ),
        "extraVolumes": Value(
            [],
            "Further volumes of the pod, which replace the chart's of the same name:"
            " [{name: cache, emptyDir: {}}]",
            defined("podVolumes"),
        ),
        "extraVolumeMounts": Value(
            [],
            "Further volume mounts of the container, which replace the chart's at the same path:"
            " [{name: cache, mountPath: /cache}]",
            defined("volumeMounts"),
        ),
    }


def network_policy(component: ComponentPlan) -> Section:
    """Build the section of a component's own NetworkPolicies."""
    internet: Tree = {}
    if component.internet_ports:
        about = "Ports of public addresses that it may call: [443, 9443]"
        internet = {"internetPorts": Value(component.internet_ports, about, defined("portList"))}
    return Section(
        "NetworkPolicies of its pods",
        {
            "enabled": switch(
                True, "Whether connections that the platform does not declare are refused"
            ),
            **internet,
            "extraIngress": Value(
                [],
                "Further ingress rules, as in a NetworkPolicy",
                defined("ingressRules"),
            ),
            "extraEgress": Value(
                [], "Further egress rules, as in a NetworkPolicy", defined("egressRules")
            ),
        },
    )


def disruption_budget() -> Section:
    """Build the section of a PodDisruptionBudget that lets a drain go on."""
    return Section(
        "PodDisruptionBudget",
        {
            "enabled": switch(True, "Whether it is created"),
            "maxUnavailable": Value(1, "Pods that a drain may evict at once", integer(1, 100)),
        },
    )


def heartbeat(component: ComponentPlan) -> Section:
    """Build the section of a file that a process touches while it lives."""
    return _touched_file(
        component.heartbeat,
        "File that the process touches while it lives, also while another server is away",
        "Path of the file: /tmp/heartbeat. Empty asks only whether the process lives",
        "Age of the file in seconds from which the process counts as dead",
        120,
    )


def ready(component: ComponentPlan) -> Section:
    """Build the section of a file that a process touches when it has done its work."""
    declared = component.ready
    otherwise = (
        f"asks {' '.join(declared.exec)}"
        if isinstance(declared, ExecHealth)
        else "counts it as ready once it has run for probes.readiness.initialDelaySeconds and can"
        " write where it must, whether it does its work or not"
    )
    return _touched_file(
        declared if isinstance(declared, FileHealth) else None,
        "File that the process touches each time that it has done its work",
        f"Path of the file: /tmp/ready. Empty {otherwise}",
        "Age of the file in seconds from which the pod is not ready",
        60,
    )


def _touched_file(
    declared: FileHealth | None, about: str, path: str, age: str, seconds: int
) -> Section:
    """Build the section of a file by its meanings; `seconds` is its age where none is declared."""
    return Section(
        about,
        {
            "path": text(declared.file if declared else "", path, FILE_PATH),
            "maxAgeSeconds": Value(declared.maxAge if declared else seconds, age, SECONDS),
        },
    )


def extra_configuration(example: str) -> Value:
    """Build the value of lines that are added to the configuration file of a server."""
    about = f"Lines that are added to the configuration file of the server: {example}"
    return text("", about, defined("lines"))
