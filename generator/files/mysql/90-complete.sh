# Last of all: the data directory is whole, start.sh need not start it over.
rm -f /var/lib/mysql/.initialising
echo "initialisation is complete"
