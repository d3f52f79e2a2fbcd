// Command package does what `helm package` of Helm 4 does, with two differences: subcharts come in
// the order of their names, since the order in which Helm loads them differs from run to run, and so
// would the archive; and the archive and its signature are read back, since Helm overlooks a disk that
// gets full at the end, and a key that may not sign.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"helm.sh/helm/v4/pkg/action"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/downloader"
)

func main() {
	signing := action.NewPackage()
	flag.StringVar(&signing.Destination, "destination", ".", "folder to write the archive to")
	flag.StringVar(&signing.Key, "key", "", "part of the user ID of the PGP key to sign with")
	flag.StringVar(&signing.Keyring, "keyring", "", "file with the secret key")
	flag.StringVar(&signing.PassphraseFile, "passphrase-file", "", "file with the key's passphrase")
	seconds := flag.Int64("time", 0, "time of all files in the archive, in seconds since 1970")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "name one folder of a chart")
		os.Exit(2)
	}
	if err := makePackage(flag.Arg(0), time.Unix(*seconds, 0), signing); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func makePackage(folder string, moment time.Time, signing *action.Package) error {
	loaded, err := loader.LoadDir(folder)
	if err != nil {
		return err
	}
	loaded.StampModTimes(moment.UTC())
	sortSubcharts(loaded)
	archive, err := chartutil.Save(loaded, signing.Destination)
	if err != nil {
		return err
	}
	if _, err := loader.LoadFile(archive); err != nil {
		return fmt.Errorf("the archive cannot be read back: %w; is the disk full?", err)
	}
	if signing.Key == "" {
		return nil
	}
	if err := signing.Clearsign(archive); err != nil {
		return fmt.Errorf("cannot sign with the key %q of %s: %w", signing.Key, signing.Keyring, err)
	}
	if _, err := downloader.VerifyChart(archive, archive+".prov", signing.Keyring); err != nil {
		return fmt.Errorf("nobody could verify the signature: %w; Helm signs with the primary key, which "+
			"`gpg --list-keys` must show with an S, as in [SC]", err)
	}
	return nil
}

func sortSubcharts(parent *chart.Chart) {
	subcharts := slices.Clone(parent.Dependencies())
	slices.SortFunc(subcharts, func(a, b *chart.Chart) int { return cmp.Compare(a.Name(), b.Name()) })
	parent.SetDependencies(subcharts...)
	for _, subchart := range subcharts {
		sortSubcharts(subchart)
	}
}
