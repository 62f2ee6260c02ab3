package shop

func TestOpen(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		check(t, 10)
	})
	t.Run("2", func(t *testing.T) {
		check(t, 20)
	})
}
