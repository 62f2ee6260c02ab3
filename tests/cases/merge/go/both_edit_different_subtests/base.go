package shop

func TestOpen(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		check(t, 1)
	})
	t.Run("two", func(t *testing.T) {
		check(t, 2)
	})
}
