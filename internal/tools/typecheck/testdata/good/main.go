package main

import (
	"fmt"
	"net/http"

	"good/part"
)

func main() { fmt.Println(part.Name(), http.StatusText(http.StatusOK)) }
