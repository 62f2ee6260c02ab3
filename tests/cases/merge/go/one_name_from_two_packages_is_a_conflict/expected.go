package shop

import (
<<<<<<< ours
	"fmt"
	"math/rand"
=======
	"crypto/rand"
	"fmt"
>>>>>>> theirs
)

var a = fmt.Sprint(1)
