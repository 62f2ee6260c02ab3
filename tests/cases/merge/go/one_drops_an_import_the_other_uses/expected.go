package shop

import (
	"fmt"
	"os"
)

func A() {
	println(1)
}

func B() {
	fmt.Println(2)
	os.Exit(2)
}
