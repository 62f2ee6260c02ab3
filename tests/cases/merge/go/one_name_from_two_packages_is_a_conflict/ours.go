package shop

import (
	"fmt"
	"math/rand"
)

var a = fmt.Sprint(1)
