package shop

import (
	"fmt"
)

var a = fmt.Sprint(1)
