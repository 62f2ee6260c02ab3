package shop

import (
	"fmt"
	"os"
)

func Open() { fmt.Println(os.Args) }
