class A < B
  enum status: {
    Start: 1,
    Stop: 2,
    Pause: 3,
    Seek: 4,
  }
end
