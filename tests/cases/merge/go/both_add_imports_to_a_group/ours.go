package shop

import (
	"fmt"
	"io"
	"os"
)

func Open() { fmt.Println(os.Args, io.EOF) }
