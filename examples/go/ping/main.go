// Pings the primary and the replicas over TLS with certificate verification.
package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	// The stack's outputs, from standard input: every user of the machine can read command lines.
	var outputs struct {
		TlsUrl, CaCertPem string
		ReplicaTlsUrls    []string
		ReplicaCaCertPem  string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&outputs); err != nil {
		log.Fatal(err)
	}
	ping(outputs.TlsUrl, outputs.CaCertPem)
	for _, url := range outputs.ReplicaTlsUrls {
		ping(url, outputs.ReplicaCaCertPem)
	}
}

func ping(url, ca string) {
	options, err := redis.ParseURL(url)
	if err != nil {
		log.Fatal(err)
	}
	options.TLSConfig.RootCAs = x509.NewCertPool()
	options.TLSConfig.RootCAs.AppendCertsFromPEM([]byte(ca))
	_, port, err := net.SplitHostPort(options.Addr)
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	pong, err := client.Ping(context.Background()).Result()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", port, pong)
}
