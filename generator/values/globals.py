"""The values below `global`: those that several tiers read, as far as the platform uses them."""

from __future__ import annotations

from generator.kinds.registry import values_of
from generator.names import camel_case
from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan
from generator.spec.model import FixedKey, UrlKey
from generator.values import sections
from generator.values.schemas import (
    PORT,
    PULL_POLICY,
    TEXT,
    Limits,
    choice,
    defined,
    extra_config,
    extra_secrets,
    integer,
    matching,
    optional,
)
from generator.values.tree import Section, Tree, Value


def global_values(plan: Plan) -> Section:
    """Build the section `global`. It accepts keys that it does not know, as parent charts set."""
    return Section(
        "Values that several tiers read; other charts may add keys of their own",
        {
            "imageRegistry": sections.text(
                "",
                "Registry that replaces the registry of every image: registry.example.org:5000",
                optional("registry"),
            ),
            "imagePullPolicy": sections.text(
                "",
                "When nodes pull images: IfNotPresent where they hold them already. Empty follows"
                " the tag: Always where it moves, such as latest, api-latest or stable, and"
                " IfNotPresent where it is a version",
                PULL_POLICY,
            ),
            "imagePullSecrets": Value(
                [],
                "Secrets with the credentials of private registries: [{name: registry-login}]",
                defined("pullSecrets"),
            ),
            **(_storage_class() if plan.has_storage else {}),
            "namePrefix": Value(
                "",
                "Text before the name of every object, so that two releases can share a namespace:"
                " blue-",
                matching("^([a-z]([-a-z0-9]*-)?)?$", "empty, or a short prefix such as blue-", 20),
                bounds="at most 20 characters, the last one is -",
            ),
            "commonLabels": Value(
                {},
                "Labels of every object and every pod: {example.org/team: blue}",
                defined("ownLabels"),
            ),
            "commonAnnotations": Value(
                {},
                "Annotations of every object: {example.org/contact: team@example.org}",
                defined("annotationMap"),
            ),
            "enforceDocumentedLimits": sections.switch(
                True,
                "Whether sizes and replicas must be within the ranges of the architecture document",
            ),
            "compatibility": _compatibility(),
            **(_exposure(plan) if plan.exposed else {}),
            "config": _config(plan),
            **({"secrets": _secrets(plan)} if plan.spec.secrets else {}),
            **({"storage": _storage(plan)} if plan.volumes else {}),
            **({"external": _external(plan)} if plan.replaceable else {}),
            **{c.key: _authentication(c) for c in plan.authenticated},
            **(_toolbox(plan) if plan.uses_toolbox else {}),
        },
        accepts_more=True,
    )


def _storage_class() -> Tree:
    about = "Storage class of all volumes: gp3. Empty takes the default of the cluster"
    return {"storageClass": sections.text("", about, optional("dnsName"))}


def _compatibility() -> Section:
    adapt = sections.text(
        "disabled",
        "force: no pod and no container names runAsUser, runAsGroup or fsGroup, so that OpenShift,"
        " which refuses ids of others, gives each pod its own: a high user id and group 0",
        choice("disabled", "force"),
        "disabled or force",
    )
    openshift = Section("OpenShift", {"adaptSecurityContext": adapt})
    return Section("What clusters of some makers need", {"openshift": openshift})


def _exposure(plan: Plan) -> Tree:
    platform = plan.spec.platform
    return {
        "exposure": sections.text(
            "loadBalancer",
            "How users reach the platform",
            choice("loadBalancer", "ingress", "gateway", "clusterIP"),
            "loadBalancer, ingress, gateway or clusterIP",
        ),
        "domain": Value(
            platform.domain,
            "Domain of the host names of ingress and gateway: fx.example.org",
            defined("dnsName"),
        ),
        "exposedTo": _exposed_to(plan),
        "tls": Section(
            "HTTPS for whoever comes from outside",
            {
                "enabled": Value(
                    "auto",
                    "Whether people connect by HTTPS. auto: yes with ingress and gateway, no with"
                    " loadBalancer and clusterIP; false: plain HTTP, logins included; true with"
                    " loadBalancer: annotations of the Services have the load balancer do it",
                    choice("auto", True, False),
                    bounds="auto, true or false",
                ),
                "source": sections.text(
                    "secret",
                    "Where certificates are. secret: in Secrets, which you or cert-manager create;"
                    " controller: with the controller or the cloud (its default certificate, AWS"
                    " Certificate Manager), so that no Secret is named; a Gateway of Traefik"
                    " refuses it",
                    choice("secret", "controller"),
                    "secret or controller",
                ),
                "secretName": sections.text(
                    "",
                    "Name of one Secret whose certificate holds for every host: wildcard-tls. Empty"
                    " names a Secret for each component, <component>-tls, as cert-manager needs"
                    " with ingress",
                    optional("dnsName"),
                ),
            },
        ),
        "loadBalancer": Section(
            "Settings of every Service of type LoadBalancer",
            {
                "annotations": Value(
                    {},
                    "Annotations of each of them, below those of the component:"
                    " {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}",
                    defined("annotationMap"),
                ),
            },
        ),
        "ingress": Section(
            "Settings of every Ingress",
            {
                "className": sections.text(
                    "",
                    "Name of the IngressClass: nginx. Empty takes the default of the cluster",
                    optional("dnsName"),
                ),
                "annotations": Value(
                    {},
                    "Annotations of every Ingress: {cert-manager.io/cluster-issuer: letsencrypt}",
                    defined("annotationMap"),
                ),
            },
        ),
        "gateway": Section(
            "Settings of the Gateway API",
            {
                "create": sections.switch(
                    True, "Whether the chart creates a Gateway; false uses the one in `name`"
                ),
                "className": sections.text(
                    "", "Name of the GatewayClass of a created Gateway: envoy", optional("dnsName")
                ),
                "httpPort": _listener_port(80, "HTTP", 8000),
                "httpsPort": _listener_port(443, "HTTPS", 8443),
                "name": sections.text(
                    "", "Name of the Gateway that routes attach to", optional("dnsName")
                ),
                "namespace": sections.text(
                    "",
                    "Namespace of that Gateway. Empty is the namespace of the release",
                    optional("dnsLabel"),
                ),
                "sectionName": sections.text(
                    "",
                    "Listener of that Gateway: https. Empty attaches to every listener that takes"
                    " the host, those of plain HTTP included",
                    optional("dnsName"),
                ),
                "annotations": Value(
                    {},
                    "Annotations of a created Gateway: {cert-manager.io/cluster-issuer:"
                    " letsencrypt}",
                    defined("annotationMap"),
                ),
            },
        ),
    }


def _listener_port(port: int, protocol: str, of_traefik: int) -> Value:
    about = (
        f"Port of the {protocol} listener of a created Gateway, as its controller opens it:"
        f" {of_traefik} with Traefik's chart"
    )
    return Value(port, about, PORT, bounds="1 to 65535")


def _exposed_to(plan: Plan) -> Section:
    """Build a list of peers for each audience."""
    about = (
        "Peers of a NetworkPolicy that may come in: [{ipBlock: {cidr: 203.0.113.0/24}}], or with"
        " ingress and gateway the controller: [{namespaceSelector: {matchLabels:"
        " {kubernetes.io/metadata.name: ingress-nginx}}}]. Empty lets everybody in"
    )
    return Section(
        "Who may come in from outside, while networkPolicy.enabled is true",
        {
            camel_case(name): Value(
                [],
                f"{about}. For {', '.join(c.name for c in components)}",
                defined("policyPeers"),
            )
            for name, components in plan.audiences.items()
        },
    )


def _config(plan: Plan) -> Section:
    """Build the keys that a user may set. Hosts and ports follow from the components."""
    entries: dict[str, Value | Section] = {}
    for name, key in plan.spec.config.keys.items():
        if isinstance(key, FixedKey):
            form = plan.config_forms.get(name)
            entries[name] = Value(key.value, key.about, defined(form) if form else TEXT)
        elif isinstance(key, UrlKey):
            address = f"Empty is the address of {key.urlOf} in this release"
            entries[name] = Value("", f"{key.about}. {address}", TEXT)
    entries["extra"] = Value(
        {},
        "Further keys of the ConfigMap, and the components that have them in their environment:"
        f" {{MY_KEY: {{value: text, readBy: [{plan.components[0].name}]}}}}. A mere text,"
        " {MY_KEY: text}, is read by nobody but by extraEnvFrom",
        extra_config([component.name for component in plan.components]),
    )
    return Section(f"Keys of the ConfigMap {plan.spec.config.object}; every value is text", entries)


def _secrets(plan: Plan) -> Section:
    assert plan.spec.secrets is not None
    return Section(
        f"Where the Secret {plan.spec.secrets.object} comes from",
        {
            "source": sections.text(
                "generate",
                "generate: a Job creates the keys that are missing; existing: you name a Secret;"
                " values: the keys are in `values` below; externalSecrets: the External Secrets"
                " Operator creates it",
                choice("generate", "existing", "values", "externalSecrets"),
            ),
            "existingSecret": sections.text(
                "", "Name of your own Secret, where source is existing", optional("dnsName")
            ),
            "values": Value(
                {},
                f"Keys where source is values: {{{next(iter(plan.spec.secrets.keys))}: text}}",
                defined("environmentValues"),
            ),
            **_url_schemes(plan),
            "extra": Value(
                {},
                "Further keys of the Secret, and the components that have them in their"
                f" environment: {{MY_TOKEN: {{readBy: [{plan.components[0].name}]}}}}. Where source"
                " is generate, {generate: 32} beside readBy makes 32 letters and digits, and"
                " without it a key is empty until you set it",
                extra_secrets([component.name for component in plan.components]),
            ),
            "externalSecrets": Section(
                "Where the External Secrets Operator finds the keys",
                {
                    "secretStoreRef": Section(
                        "Store that holds them",
                        {
                            "name": sections.text("", "Name of the store", optional("dnsName")),
                            "kind": sections.text(
                                "SecretStore",
                                "Kind of the store",
                                choice("SecretStore", "ClusterSecretStore"),
                                "SecretStore or ClusterSecretStore",
                            ),
                        },
                    ),
                    "key": sections.text(
                        "",
                        "Entry of the store that holds all keys: trading/genx-fx. Empty reads each"
                        " key from where `remoteRefs` says",
                    ),
                    "remoteRefs": Value(
                        {},
                        "Where single keys of the Secret are, in place of `key` or over it:"
                        f" {{{next(iter(plan.spec.secrets.keys))}: {{key: prod/mysql, property:"
                        " password}}. Keys of your own may be there too",
                        defined("remoteReferences"),
                    ),
                    "extract": Value(
                        {
                            "conversionStrategy": "Default",
                            "decodingStrategy": "None",
                            "metadataPolicy": "None",
                        },
                        "How each entry is read. Say here what your version of the operator fills"
                        " in besides, such as {nullBytePolicy: Ignore}, or Argo CD sees a"
                        " difference",
                        defined("annotationMap"),
                    ),
                    "refreshInterval": Value(
                        "1h0m0s",
                        "Time between two reads of the store, in the form that Kubernetes gives it:"
                        " 1h0m0s or 30m0s",
                        matching("^([0-9]+(h|m|s))+$", "a duration such as 1h0m0s"),
                    ),
                },
            ),
        },
    )


def _url_schemes(plan: Plan) -> Tree:
    schemes: dict[str, Value | Section] = {
        name: sections.text(
            scheme,
            f"Scheme of {name}, as your driver is called: {scheme}+driver. In an existing Secret"
            " you say it yourself",
            matching("^[a-z][a-z0-9+.-]*$", f"a scheme such as {scheme}+driver"),
        )
        for name, scheme in plan.url_schemes.items()
    }
    return {"urlSchemes": Section("Schemes of composed URLs", schemes)} if schemes else {}


def _storage(plan: Plan) -> Section:
    volumes: dict[str, Value | Section] = {}
    for volume in plan.volumes:
        size = volume.spec.size
        volumes[volume.key] = Section(
            f"Volume {volume.spec.claim} of {', '.join(c.name for c in volume.mounted_by)}",
            {
                "mode": sections.text(
                    volume.mode,
                    "rwx: a ReadWriteMany claim; rwo-colocated: a ReadWriteOnce claim, and all its"
                    " pods run on one node; ephemeral: each pod has a volume of its own and loses"
                    " it; existingClaim: a claim of yours",
                    choice("rwx", "rwo-colocated", "ephemeral", "existingClaim"),
                ),
                "size": Value(
                    size.text,
                    "Size of the volume in bytes: 20Gi",
                    defined("bytes"),
                    defined(Limits("bytes", size, None).name),
                    f"documented: at least {size}",
                ),
                "storageClass": sections.text(
                    "",
                    "Storage class of this volume: nfs. Empty follows global.storageClass",
                    optional("dnsName"),
                ),
                "existingClaim": sections.text(
                    "", "Name of your claim, where mode is existingClaim", optional("dnsName")
                ),
            },
        )
    return Section("Volumes that several components mount", volumes)


def _external(plan: Plan) -> Section:
    """Build a section of servers outside the release, one for each component that they replace."""
    return Section(
        "Servers outside the release, which replace components of it",
        {component.key: _external_server(plan, component) for component in plan.replaceable},
    )


def _external_server(plan: Plan, component: ComponentPlan) -> Section:
    entries: dict[str, Value | Section] = {
        "host": sections.text(
            "",
            f"Host name or address: {component.name}.example.org. Empty runs {component.path}",
            optional("dnsName"),
        ),
        "port": Value(component.port, "Port of the server", PORT, bounds="1 to 65535"),
        **values_of(component.kind).external_values(component),
        "cidrs": Value(
            [],
            "Address ranges of the server, which NetworkPolicies open: [10.20.0.0/16]. Not needed"
            " where `host` is an IPv4 address, or `peers` names pods",
            defined("addressRangeList"),
        ),
        "peers": Value(
            [],
            "Peers of a NetworkPolicy that are the server, where it runs in this cluster:"
            " [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: databases}}}]",
            defined("policyPeers"),
        ),
        "podPort": Value(
            0,
            "Port of its pods, where it is not that of their Service. 0 is `port`",
            integer(0, 65535),
            bounds="0 to 65535",
        ),
        **_external_tls(component),
        **(_initialization(component) if component in plan.initialized else {}),
    }
    return Section(f"Server that replaces {component.name}", entries)


def _initialization(component: ComponentPlan) -> Tree:
    about = (
        f"Whether a Job makes the tables of {component.name} in the database of the server before"
        " each installation and upgrade, where it is empty. One that has them all is left as it"
        " is, and one with others is refused"
    )
    switch = {"enabled": sections.switch(False, about)}
    return {"initialization": Section("Tables of the server", switch)}


def _external_tls(component: ComponentPlan) -> Tree:
    file = f"{component.ca_folder}/ca.crt"
    by_scheme = component.url_scheme == "redis"
    parameter = f"{{ssl_ca_certs: {file}}}" if by_scheme else f"{{ssl_ca: {file}}}"
    return {
        "tls": Section(
            "TLS of the server",
            {
                "enabled": sections.switch(
                    False,
                    "Whether clients connect by TLS (rediss://)"
                    if by_scheme
                    else "Whether Grafana and `helm test` connect by TLS; others do by what"
                    " `urlParameters` tell their driver",
                ),
                "caSecret": Section(
                    f"Secret of yours with the authority that signs the server's certificate, which"
                    f" its clients find at {file}",
                    {
                        "name": sections.text(
                            "",
                            f"Name of the Secret: {component.name}-ca. Empty mounts none",
                            optional("dnsName"),
                        ),
                        "key": Value(
                            "ca.crt",
                            "Key of the Secret with the certificates, in PEM: ca.crt",
                            matching("^[-._A-Za-z0-9]+$", "a key of a Secret such as ca.crt"),
                        ),
                    },
                ),
            },
        ),
        "urlParameters": Value(
            {},
            "Parameters at the end of the server's URL in the Secret, as your drivers call them:"
            f" {parameter}",
            defined("urlParameters"),
        ),
    }


def _authentication(component: ComponentPlan) -> Section:
    about = (
        f"Whether {component.name}, or the external server, asks for the password in the secret key"
        f" {component.password_key}"
    )
    required = (
        f"Whether {component.name} refuses clients that send no password. false is for the first of"
        " two upgrades that turn the password on in a running installation: clients send it before"
        " it is demanded"
    )
    switches = {
        "enabled": sections.switch(False, about),
        "required": sections.switch(True, required),
    }
    return Section(f"Access to {component.name}", {"auth": Section("Password", switches)})


def _toolbox(plan: Plan) -> Tree:
    platform = plan.spec.platform
    return {
        "toolbox": Section(
            "Containers that prepare a release, wait for other components and run `helm test`",
            {
                "image": sections.image(platform.toolbox.image),
                "resources": sections.resources(platform.toolbox.resources, documented=False),
                **sections.security_contexts(platform.user),
                **sections.scheduling(),
                **sections.pod_metadata(),
                **sections.name_resolution(),
                **(_job_account() if plan.spec.secrets else {}),
            },
        )
    }


def _job_account() -> Tree:
    about = "ServiceAccounts of the Jobs that prepare a release"
    annotations = {"annotations": sections.account_annotations()}
    return {"serviceAccount": Section(about, annotations)}
