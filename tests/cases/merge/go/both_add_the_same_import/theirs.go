package shop

import (
	"fmt"
	"io"
	"net"
)

var a = fmt.Sprint(1)
