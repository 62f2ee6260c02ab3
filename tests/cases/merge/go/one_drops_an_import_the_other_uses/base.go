package shop

import (
	"fmt"
	"os"
)

func A() {
	fmt.Println(1)
}

func B() {
	os.Exit(1)
}
