package place

import (
	"fmt"
	"path"
)

func Where(name string) string {
	fmt.Println(name)
<<<<<<< ours
	return "/srv/" + name
=======
	return path.Join("/var", name)
>>>>>>> theirs
}
