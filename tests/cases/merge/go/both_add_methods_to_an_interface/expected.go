package shop

type Opener interface {
	Open() error
	Close() error
	Reset()
}
