package shop

import (
	"fmt"
	"io"
	"os"
)

var a = fmt.Sprint(1)
