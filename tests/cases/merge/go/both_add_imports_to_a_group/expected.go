package shop

import (
	"fmt"
	"io"
	"net"
	"os"
)

var addr net.Addr

func Open() { fmt.Println(os.Args, io.EOF) }
