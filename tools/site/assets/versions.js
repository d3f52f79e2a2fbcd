// The versions in the chart repository, whose index is beside the pages once they are published.
// Opened from a folder, or where there is no index, the page keeps the version that it was built for.
(function () {
  "use strict";
  const table = document.getElementById("chart-versions");
  if (!table || !window.location.protocol.startsWith("http")) return;

  // `helm repo index` writes an entry for each package, with its keys at a fixed indentation.
  function read(index) {
    return index.split(/^ {2}- /m).slice(1).map(function (entry) {
      const field = function (name) {
        const found = new RegExp("^(?: {4})?" + name + ": *[\"']?([^\"'\\n]+)", "m").exec(entry);
        return found ? found[1] : "";
      };
      const url = /^ {4}urls:\n {4}- (\S+)/m.exec(entry);
      return {
        version: field("version"), app: field("appVersion"), kubernetes: field("kubeVersion"),
        created: field("created").slice(0, 10), url: url ? url[1] : "",
      };
    });
  }

  function row(version) {
    const line = document.createElement("tr");
    const cells = [version.version, version.app, version.kubernetes, version.created];
    for (const text of cells) line.appendChild(document.createElement("td")).textContent = text;
    if (/^(?!\w+:)|^https?:/.test(version.url)) {
      const link = document.createElement("a");
      link.href = version.url;
      link.textContent = version.version;
      line.firstChild.replaceChildren(link);
    }
    return line;
  }

  fetch("index.yaml")
    .then(function (answer) { return answer.ok ? answer.text() : ""; })
    .then(function (text) {
      const versions = read(text);
      if (versions.length) table.tBodies[0].replaceChildren(...versions.map(row));
    })
    .catch(function () {}); // the page is whole without it
})();
