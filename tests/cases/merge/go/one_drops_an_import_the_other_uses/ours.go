package shop

import (
	"os"
)

func A() {
	println(1)
}

func B() {
	os.Exit(1)
}
