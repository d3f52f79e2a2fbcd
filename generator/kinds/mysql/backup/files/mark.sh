# Marks the dump that was proven to restore: retention keeps it, whatever else it forgets.
. /scripts/repository.sh

repository tag --quiet --tag verified --remove verified
repository tag --quiet --add verified "$(head -n 1 /work/chosen)"
echo "verified: dump $(cat /work/dump/name)"
