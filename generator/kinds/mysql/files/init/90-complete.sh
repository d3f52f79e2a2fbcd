# Last of all: the data directory is whole, start.sh need not start it over.
rm -f "${DATA_DIRECTORY:?}/.initialising"
echo "initialisation is complete"
