package shop

func Open() error {
	return nil
}

// Reset starts anew.
func Reset() {
	state = 0
}
