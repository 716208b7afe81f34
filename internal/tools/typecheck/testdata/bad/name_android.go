package main

// #include <no/such/header.h>
import "C"

func name() string {
	C.prepare()
	return len("phone")
}
