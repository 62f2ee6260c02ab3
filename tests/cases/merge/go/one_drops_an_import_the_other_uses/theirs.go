package shop

import (
	"fmt"
	"os"
)

func A() {
	fmt.Println(1)
}

func B() {
	fmt.Println(2)
	os.Exit(2)
}
