package part

// #include <no/such/header.h>
import "C"

// Name uses C, which is taken on trust.
func Name() string { return C.GoString(C.name_of_the_phone()) }
