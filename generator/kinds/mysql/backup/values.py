"""Values of the Jobs that back a database up and restore it."""

from __future__ import annotations

from generator.kinds.cron.model import SCHEDULE
from generator.kinds.mysql.model import Backup, MySQL
from generator.spec.fields import PATTERNS_IN_WORDS
from generator.values import sections
from generator.values.schemas import (
    SECONDS,
    SUB_PATH,
    choice,
    defined,
    integer,
    matching,
    optional,
)
from generator.values.tree import Section, Value


def backup_values(spec: Backup) -> Section:
    """Build the section of everything that can be set on backups."""
    return Section(
        "Backups of the database, in a repository of restic: encrypted, and proven to restore",
        {
            "enabled": sections.switch(
                False, "Whether there are Jobs that make and verify backups"
            ),
            "suspend": sections.switch(False, "Whether no further Job begins by itself"),
            "schedule": _schedule("0 2 * * *", "When the whole database is dumped"),
            "binaryLogs": Section(
                "Binary log of the server: what was written since the last dump",
                {
                    "schedule": _schedule(
                        "*/5 * * * *", "When it is copied, and so how much may be lost"
                    ),
                    "expireSeconds": Value(
                        MySQL.log_expire_seconds,
                        "Time in seconds that the server keeps it. Where backups fail for longer,"
                        " the next one begins with a dump",
                        integer(3600, 2592000),
                        bounds="3600 to 2592000",
                    ),
                    "maxSize": Value(
                        "1Gi",
                        "Size in bytes from which a dump is taken in place of more of it: 1Gi",
                        defined("bytes"),
                    ),
                },
            ),
            "verification": Section(
                "Restoring the newest backup into a server that is thrown away",
                {
                    "schedule": _schedule("30 3 * * 0", "When that is done"),
                    "maxAgeSeconds": Value(
                        900,
                        "Age in seconds of the newest backup from which it has failed: three runs"
                        " of the binary log",
                        SECONDS,
                        bounds="1 to 86400",
                    ),
                },
            ),
            "retention": Section(
                "Dumps that are kept, each with its binary log. The one that was last proven to"
                " restore always is",
                {
                    key: Value(number, f"{about}: {number}", integer(least, 1000))
                    for key, number, least, about in (
                        ("keepLast", 3, 1, "Newest dumps"),
                        ("keepDaily", 7, 0, "Days of which the last dump is kept"),
                        ("keepWeekly", 5, 0, "Weeks of which the last dump is kept"),
                        ("keepMonthly", 12, 0, "Months of which the last dump is kept"),
                    )
                },
            ),
            "metrics": Section(
                "Files in which each Job tells Prometheus how its last run ended",
                {
                    "existingClaim": sections.text(
                        "",
                        "Name of a claim of yours that they are written to, and that an exporter of"
                        " text files reads: backup-metrics. Empty writes none",
                        optional("dnsName"),
                    ),
                },
            ),
            "destination": sections.text(
                "claim",
                "Where the repository is. claim: on a volume of its own; s3: in a bucket of"
                " S3-compatible storage, which also outlives the cluster",
                choice("claim", "s3"),
            ),
            "persistence": Section(
                "Volume of the repository, where destination is claim",
                {
                    "size": Value(
                        spec.size.text,
                        "Size of the volume in bytes: 20Gi",
                        defined("bytes"),
                    ),
                    "storageClass": sections.text(
                        "",
                        "Storage class of this volume: gp3. Empty follows global.storageClass",
                        optional("dnsName"),
                    ),
                    "existingClaim": sections.text(
                        "", "Name of a claim of yours that is used instead", optional("dnsName")
                    ),
                },
            ),
            "s3": _s3(spec),
            "workspace": Section(
                "Scratch volume of each Job, a part of resources.limits.ephemeral-storage",
                {
                    "size": Value(
                        spec.workspace.text,
                        "Size in bytes of the dump, the binary log and, where it is restored, the"
                        " whole database: 8Gi",
                        defined("bytes"),
                    )
                },
            ),
            "deadlineSeconds": Value(
                14400, "Time in seconds after which a Job is ended and has failed", SECONDS
            ),
            "image": sections.image(spec.image),
            "resources": sections.resources(spec.resources, documented=False),
        },
    )


def _schedule(default: str, about: str) -> Value:
    schema = matching(SCHEDULE, PATTERNS_IN_WORDS[SCHEDULE])
    when = "in UTC: minute, hour, day, month and day of the week"
    return sections.text(default, f"{about}, {when}", schema)


def _s3(spec: Backup) -> Section:
    return Section(
        f"Bucket of the repository, where destination is s3. Its keys are {spec.accessKey} and"
        f" {spec.secretKey} in the Secret; without them, rights of the ServiceAccount",
        {
            "endpoint": sections.text(
                "https://s3.amazonaws.com",
                "Address of the storage: https://s3.example.org:9000",
                matching(
                    r"^https?://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[1-9][0-9]{0,4})?$",
                    "an address such as https://s3.example.org:9000",
                ),
            ),
            "bucket": sections.text(
                "",
                "Name of the bucket, which must be there: fx-backups",
                matching("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$", "a bucket such as fx-backups"),
            ),
            "path": sections.text(
                "mysql",
                "Path in the bucket, of this database alone: prod/mysql",
                matching(SUB_PATH, "a path such as prod/mysql"),
            ),
            "region": sections.text(
                "us-east-1",
                "Region of the bucket: eu-central-1",
                matching("^[a-z0-9-]*$", "a region such as eu-central-1"),
            ),
            "caSecret": Section(
                "Secret of yours with the authority that signs the certificate of the storage",
                {
                    "name": sections.text(
                        "", "Name of the Secret: s3-ca. Empty mounts none", optional("dnsName")
                    ),
                    "key": Value(
                        "ca.crt",
                        "Key of the Secret with the certificates, in PEM: ca.crt",
                        matching("^[-._A-Za-z0-9]+$", "a key of a Secret such as ca.crt"),
                    ),
                },
            ),
            "peers": Value(
                [],
                "Peers of a NetworkPolicy that are the storage: [{ipBlock: {cidr: 10.20.0.0/16}}],"
                " or pods of this cluster. Without any, public addresses",
                defined("policyPeers"),
            ),
            "podPort": Value(
                0,
                "Port of its pods, where it is not that of the endpoint: 9000. 0 is the endpoint's",
                integer(0, 65535),
                bounds="0 to 65535",
            ),
        },
    )
