x = call(
    first,
    second,
)
