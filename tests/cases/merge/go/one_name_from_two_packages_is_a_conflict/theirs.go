package shop

import (
	"crypto/rand"
	"fmt"
)

var a = fmt.Sprint(1)
