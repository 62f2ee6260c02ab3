package shop

type Opener interface {
	Open() error
}
