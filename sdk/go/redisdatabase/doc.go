// Managed Redis on Docker hosts you own: TLS, persistence flavors, replicas, password rotation.
package redisdatabase
