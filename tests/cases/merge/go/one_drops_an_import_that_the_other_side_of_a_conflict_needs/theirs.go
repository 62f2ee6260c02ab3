package place

import (
	"fmt"
	"path"
)

func Where(name string) string {
	fmt.Println(name)
	return path.Join("/var", name)
}
