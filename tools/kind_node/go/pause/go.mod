module kind-node.local/pause

go 1.26.0
