package place

import (
	"fmt"
)

func Where(name string) string {
	fmt.Println(name)
	return "/srv/" + name
}
