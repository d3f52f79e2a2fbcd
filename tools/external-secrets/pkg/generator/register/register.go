// Package register names the generators of the operator: none.
package register
