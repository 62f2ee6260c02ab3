package shop

import (
	"fmt"
	"io"
	"net"
	"os"
)

var a = fmt.Sprint(1)
