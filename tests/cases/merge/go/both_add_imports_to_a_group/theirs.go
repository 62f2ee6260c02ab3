package shop

import (
	"fmt"
	"net"
	"os"
)

var addr net.Addr

func Open() { fmt.Println(os.Args) }
